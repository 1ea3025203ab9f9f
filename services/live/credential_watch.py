"""Tells open sockets when their credential is no longer good: one statement a second for all of a process."""

import asyncio
from collections.abc import Callable
from uuid import UUID

import structlog

from services.access_tokens import NOTICED_SECONDS, Credential, CredentialProblem, credential_problems
from services.ending_tasks import ended
from services.gateways.clock import Clock

log = structlog.get_logger()

Told = Callable[[CredentialProblem], None]


class CredentialWatch:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._watches: dict[UUID, set[Watch]] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._look_on())

    async def stop(self) -> None:
        if self._task is not None:
            await ended(self._task)

    @property
    def count(self) -> int:
        """How many watch now."""
        return sum(map(len, self._watches.values()))

    def watch(self, credential: Credential, told: Told) -> Callable[[], None]:
        """Have `told` called once when a credential is no longer good, which nobody's never is, unless what
        is returned was called before."""
        watch = Watch(self._watches, credential.token_id, told)
        if credential.token_id is not None:
            self._watches.setdefault(credential.token_id, set()).add(watch)
        return watch.end

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(NOTICED_SECONDS)
            if not self._watches:
                continue
            try:
                problems = await credential_problems(token_ids=list(self._watches), clock=self._clock)
            except Exception as error:
                log.warning("credentials could not be looked at", error=repr(error))
                continue
            for token_id, problem in problems.items():
                # The watches end while they are told; who was told is not told again.
                for watch in self._watches.pop(token_id, ()):
                    watch.tell(problem)


class Watch:
    """One socket's interest in one token."""

    __slots__ = ("_token_id", "_told", "_watches")

    def __init__(self, watches: "dict[UUID, set[Watch]]", token_id: UUID | None, told: Told) -> None:
        self._watches, self._token_id, self._told = watches, token_id, told

    def tell(self, problem: CredentialProblem) -> None:
        try:
            self._told(problem)
        except Exception:
            log.exception("a credential's end was not taken in")

    def end(self) -> None:
        if self._token_id is None:
            return
        of_token = self._watches.get(self._token_id)
        if of_token is not None:
            of_token.discard(self)
            if not of_token:
                del self._watches[self._token_id]
