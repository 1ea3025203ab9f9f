"""Tells open sockets when their credential is no longer good: one statement a second for all of a process."""

import asyncio
from collections import defaultdict
from contextlib import suppress
from uuid import UUID

import structlog

from services.access_tokens import Credential, CredentialProblem, credential_problems
from services.gateways.clock import Clock

log = structlog.get_logger()
LOOK_SECONDS = 1.0


class CredentialWatch:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: defaultdict[UUID, set[asyncio.Future[CredentialProblem]]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._look())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def ended(self, credential: Credential) -> CredentialProblem:
        """Wait until a credential is no longer good; for ever for nobody's."""
        told: asyncio.Future[CredentialProblem] = asyncio.get_running_loop().create_future()
        if credential.token_id is None:
            return await told
        waiting = self._waiting[credential.token_id]
        waiting.add(told)
        try:
            return await told
        finally:
            waiting.discard(told)
            if not waiting:
                self._waiting.pop(credential.token_id, None)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if not self._waiting:
                continue
            try:
                problems = await credential_problems(token_ids=list(self._waiting), clock=self._clock)
            except Exception as error:
                log.warning("credentials could not be looked at", error=repr(error))
                continue
            for token_id, problem in problems.items():
                for told in self._waiting.get(token_id, ()):
                    if not told.done():
                        told.set_result(problem)
