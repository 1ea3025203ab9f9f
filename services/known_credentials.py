"""Who a token signs in, remembered for a moment: each request would else cost a statement."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from services.access_tokens import (
    NOTICED_SECONDS,
    Credential,
    CredentialRefused,
    read_credential,
    read_credentials,
    token_hash,
)
from services.ending_tasks import ended
from services.gateways.clock import Clock

log = structlog.get_logger()

MOST = 4096
# Twice in the time that one is trusted: the next reading is there before the last is too old.
ROUND_SECONDS = NOTICED_SECONDS / 2


class KnownCredentials:
    """One for a process. Who comes first with a credential reads it from the table; while it is used, it is
    read with all the others, by one statement each ROUND_SECONDS. Who finds it older than NOTICED_SECONDS all
    the same, since PostgreSQL is slow or away, reads it for themselves.

    `monotonic` tells seconds that go only forward, which the clock's may not."""

    def __init__(self, clock: Clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._monotonic = clock, monotonic
        self._known: dict[str, _Known] = {}
        self._task: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._known)

    def start(self) -> None:
        self._task = asyncio.create_task(self._look_on())

    async def stop(self) -> None:
        if self._task is not None:
            await ended(self._task)

    async def credential_of(self, token: str) -> Credential:
        """As it was in the table within the last NOTICED_SECONDS, but not expired now. Raises
        CredentialRefused, which is never remembered."""
        key, now = token_hash(token), self._monotonic()
        known = self._known.get(key)
        if known is not None and now < known.fresh_until:
            credential = known.credential.in_time(self._clock)
            known.is_used = True
            return credential
        try:
            credential = await read_credential(token=token, clock=self._clock)
        except CredentialRefused:
            self._known.pop(key, None)
            raise
        self._remember(key, credential, now)
        return credential

    async def look(self) -> None:
        """Read all that were used since the last time, and forget those that nobody can use any more."""
        now = self._monotonic()
        for key in [key for key, known in self._known.items() if known.fresh_until <= now]:
            del self._known[key]
        used = {key: known for key, known in self._known.items() if known.is_used}
        if not used:
            return
        for known in used.values():
            known.is_used = False
        found = await read_credentials(token_hashes=list(used))
        # Of one that was read or refused meanwhile, this changes what nobody has any more.
        for key, known in used.items():
            if key in found:
                known.credential, known.fresh_until = found[key], now + NOTICED_SECONDS
            else:
                self._known.pop(key, None)

    def _remember(self, key: str, credential: Credential, read_at: float) -> None:
        """`read_at` is from before it was read: a revocation that comes right after the reading is noticed in
        time."""
        self._known.pop(key, None)
        while len(self._known) >= MOST:
            del self._known[next(iter(self._known))]
        self._known[key] = _Known(credential, read_at + NOTICED_SECONDS)

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(ROUND_SECONDS)
            try:
                await self.look()
            except Exception as error:
                log.warning("credentials could not be looked at", error=repr(error))


@dataclass(slots=True)
class _Known:
    credential: Credential
    fresh_until: float
    """In seconds, monotonic."""
    is_used: bool = True
    """Since all were looked at."""
