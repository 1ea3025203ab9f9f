"""Who a token signs in, remembered for a moment: each request would else cost a statement."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from services.access_tokens import NOTICED_SECONDS, Credential, read_credential, token_hash
from services.gateways.clock import Clock
from services.recently_used import RecentlyUsed

MEMORY_BYTES = 4 * 1024 * 1024
# What one takes, about, with its place among the others.
ENTRY_BYTES = 1024


class KnownCredentials:
    """One for a process. `monotonic` tells seconds that go only forward, which the clock's may not."""

    def __init__(self, clock: Clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._monotonic = clock, monotonic
        self._known = RecentlyUsed[_Known](MEMORY_BYTES, lambda known: ENTRY_BYTES)

    def __len__(self) -> int:
        return len(self._known)

    async def credential_of(self, token: str) -> Credential:
        """As it was in the table within the last NOTICED_SECONDS, but not expired now. Raises
        CredentialRefused, which is never remembered."""
        key, now = token_hash(token), self._monotonic()
        known = self._known.get(key)
        if known is not None and now < known.fresh_until:
            return known.credential.in_time(self._clock)
        credential = await read_credential(token=token, clock=self._clock)
        # From before it was read: a revocation that comes right after the reading is noticed in time.
        fresh_until = now + NOTICED_SECONDS
        if known is None:
            self._known.put(key, _Known(credential, fresh_until))
        else:
            known.credential, known.fresh_until = credential, fresh_until
        return credential


@dataclass(slots=True)
class _Known:
    credential: Credential
    fresh_until: float
    """In seconds, monotonic."""
