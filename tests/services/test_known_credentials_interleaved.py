"""Requests, changes of the table and looks at it, in any order and as slow as may be."""

import asyncio
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services import known_credentials
from services.access_tokens import (
    NOTICED_SECONDS,
    Credential,
    CredentialProblem,
    CredentialRefused,
    token_hash,
)
from services.known_credentials import ROUND_SECONDS, KnownCredentials
from services.viewer import Viewer
from tests.services.small_media_convert import SettableClock


class SlowTable:
    """Two tokens that are good or not, and readings that end when they are told to. Time stands still but for
    `seconds`."""

    def __init__(self):
        self.seconds = 1000.0
        self.changes = [[(0.0, True)], [(0.0, True)]]
        self.hashes = {token_hash(str(number)): number for number in range(2)}
        self.waiting, self.reads = [], 0

    def flip(self, number):
        # It lasts a moment at least.
        self.seconds += 0.001
        self.changes[number].append((self.seconds, not self.changes[number][-1][1]))

    def was(self, number, is_good, since):
        """At any moment after that."""
        changes = self.changes[number]
        ends = [moment for moment, _ in changes[1:]] + [self.seconds + 1]
        return any(state == is_good and end > since for (_, state), end in zip(changes, ends, strict=True))

    async def read_credentials(self, *, token_hashes):
        self.reads += 1
        await self._go_on()
        good = [key for key in token_hashes if self.changes[self.hashes[key]][-1][1]]
        await self._go_on()
        return {key: Credential(Viewer(uuid4()), uuid4()) for key in good}

    async def read_credential(self, *, token, clock):
        key = token_hash(token)
        found = await self.read_credentials(token_hashes=[key])
        if key not in found:
            raise CredentialRefused(CredentialProblem.REVOKED)
        return found[key]

    async def _go_on(self):
        going = asyncio.Event()
        self.waiting.append(going)
        await going.wait()

    async def changed(self, what, value):
        match what:
            case "advance":
                self.seconds += value
            case "flip":
                self.flip(value)
            case "go":
                await self.turn(value)

    async def turn(self, number=None):
        if self.waiting and number is not None:
            self.waiting.pop(number % len(self.waiting)).set()
        for _ in range(4):
            await asyncio.sleep(0)


async def assert_keeps_its_promise(table, known, number):
    """Whoever is let in was good within the last second, or just now where the table was asked."""
    asked_at, reads = table.seconds, table.reads
    asking = asyncio.create_task(known.credential_of(str(number)))
    await table.turn()
    if asking.done():
        assert (table.reads, asking.exception()) == (reads, None)
        assert table.was(number, True, since=asked_at - NOTICED_SECONDS)
    return asking, number, asked_at


async def answered(table, asking, number, asked_at):
    try:
        await asking
    except CredentialRefused:
        assert table.was(number, False, since=asked_at)
    else:
        assert table.was(number, True, since=asked_at - NOTICED_SECONDS)


STEPS = st.one_of(
    st.tuples(st.just("advance"), st.sampled_from([0.1, 0.3, ROUND_SECONDS, 0.9])),
    st.tuples(st.sampled_from(["ask", "ask", "flip"]), st.integers(0, 1)),
    st.tuples(st.just("go"), st.integers(0, 5)),
    st.tuples(st.just("look"), st.none()),
)


@given(steps=st.lists(STEPS, min_size=10, max_size=60))
async def test_nobody_is_let_in_by_what_is_older_than_promised(steps):
    table, asked, look = SlowTable(), [], asyncio.get_running_loop().create_future()
    look.set_result(None)
    known = KnownCredentials(SettableClock(), lambda: table.seconds)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("read_credential", "read_credentials"):
            patch.setattr(known_credentials, name, getattr(table, name))
        for what, value in steps:
            if what == "ask":
                asked.append(await assert_keeps_its_promise(table, known, value))
            elif what == "look" and look.done():
                look = asyncio.create_task(known.look())
                await table.turn()
            else:
                await table.changed(what, value)
        while table.waiting:
            await table.turn(0)
        for each in asked:
            await answered(table, *each)
        await look
