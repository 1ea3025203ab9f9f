"""What would differ from one asking to the next stands still: the time, and the ids of new rows."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any
from unittest.mock import patch
from uuid import UUID

from tortoise import Tortoise
from tortoise.fields import UUIDField

from schema.context import Gateways
from services.gateways.object_storage import ObjectStorage
from tests.differential.made_up_rows import NOW


class StoppedClock:
    def now(self) -> datetime:
        return NOW


class SteadyStorage:
    """The real storage, whose presigned URLs carry one time of signing. What is sent to it carries the real
    one, or it would be refused."""

    def __init__(self, storage: ObjectStorage) -> None:
        self._storage = storage

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._storage, name)
        return _signing(found) if name.startswith("presign_") else found


def at_one_moment(gateways: Gateways) -> Gateways:
    return replace(gateways, clock=StoppedClock(), storage=SteadyStorage(gateways.storage))


def _signing(presign: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    def now(remove_tzinfo: bool = True) -> datetime:
        return NOW.replace(tzinfo=None) if remove_tzinfo else NOW

    async def signed(*arguments: Any, **named: Any) -> Any:
        with (
            patch("botocore.auth.get_current_datetime", now),
            patch("botocore.signers.get_current_datetime", now),
            patch("aiobotocore.signers.get_current_datetime", now),
        ):
            return await presign(*arguments, **named)

    return signed


@contextmanager
def rows_made_now() -> Iterator[None]:
    """`auto_now` of Tortoise's fields asks here."""
    with patch("tortoise.timezone.localtime", lambda *_: NOW):
        yield


@contextmanager
def counted_ids() -> Iterator[None]:
    """The first new row has the first id, whatever its table."""
    numbers = count(1)

    def next_id() -> UUID:
        return UUID(int=next(numbers))

    with ExitStack() as stack:
        # Its key in storage holds an upload's id, so that is made before the row.
        stack.enter_context(patch("services.create_upload.uuid7", next_id))
        for model in Tortoise.apps["models"].values():
            key = model._meta.pk
            if isinstance(key, UUIDField):
                stack.enter_context(patch.object(key, "default", next_id))
        yield
