"""One moment for all: what is signed or told to be valid until then is the same however often it is asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from unittest.mock import patch

from schema.context import Gateways
from tests.differential.made_up_rows import NOW


class FrozenClock:
    def now(self) -> datetime:
        return NOW


def frozen(gateways: Gateways) -> Gateways:
    return replace(gateways, clock=FrozenClock())


@contextmanager
def signed_now() -> Iterator[None]:
    """Presigned URLs carry the time of signing, which botocore takes here."""

    def now(remove_tzinfo: bool = True) -> datetime:
        return NOW.replace(tzinfo=None) if remove_tzinfo else NOW

    with (
        patch("botocore.auth.get_current_datetime", now),
        patch("botocore.signers.get_current_datetime", now),
        patch("aiobotocore.signers.get_current_datetime", now),
    ):
        yield
