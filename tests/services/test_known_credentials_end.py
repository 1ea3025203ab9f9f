"""The memory of who a token signs in ends when it is told to."""

import asyncio

import pytest

from services import known_credentials
from services.known_credentials import KnownCredentials
from tests.factories import make_token, make_user
from tests.services.small_media_convert import SettableClock

pytestmark = pytest.mark.usefixtures("database")


async def test_a_look_that_fails_as_it_is_ended_does_not_go_on(opened, monkeypatch):
    """The statement's end may fail: what was cancelled then goes on after any failure."""
    token = await make_token(await make_user())
    begun = asyncio.Event()

    async def failing(**_):
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as error:
            raise ConnectionError from error

    monkeypatch.setattr(known_credentials, "ROUND_SECONDS", 0.01)
    known = KnownCredentials(SettableClock())
    await known.credential_of(token)
    monkeypatch.setattr(known_credentials, "read_credentials", failing)
    known.start()
    await asyncio.wait_for(begun.wait(), 20)
    stopping = asyncio.create_task(known.stop())
    done, _ = await asyncio.wait({stopping}, timeout=5)
    assert done == {stopping}
