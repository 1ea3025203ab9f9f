"""A writer of transitions, and clients that watch, while what is outside is hurt."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from embedded.ports import LOOPBACK
from schema.node import global_id
from tests.faults.outside import Outside
from tests.resuming_client import ResumingClient
from tests.waiting import until

FIELDS = "cursor sequence status previousStatus"
PRODUCTION = f"{FIELDS} progressPercent production {{ id title }}"
ALL = f"subscription ($after: String) {{ productionsStatusChanged(after: $after) {{ {PRODUCTION} }} }}"
# A loader's statement for each event: it is not made of attributes alone.
ONE = f"""subscription ($id: ID!, $after: String) {{
  productionStatusChanged(id: $id, after: $after) {{
    {PRODUCTION} and: production {{ owner {{ name }} }} }} }}"""
UPLOAD = f"""subscription ($id: ID!, $after: String) {{
  uploadStatusChanged(id: $id, after: $after) {{ {FIELDS} upload {{ id title }} }} }}"""
SPACE = f"""subscription ($id: ID!, $after: String) {{
  publicationsChanged(spaceId: $id, after: $after) {{
    {FIELDS} publicationId publication {{ production {{ title }} }} }} }}"""
PRODUCTIONS = 4
NOUNS = {
    "PRODUCTION_STATUS": "Production",
    "UPLOAD_STATUS": "Upload",
    "PUBLICATION_STATUS": "Publication",
}
PAUSE_SECONDS = 0.05
PROMPT_SECONDS = 2.0
READING_SECONDS = 1.5


@dataclass
class Writing:
    """The writer's process."""

    process: asyncio.subprocess.Process
    token: str = ""
    productions: list[str] = field(default_factory=list)
    upload: str = ""
    publication: str = ""
    space: str = ""

    @property
    def subjects(self) -> list[str]:
        return [*self.productions, self.upload, self.publication]

    async def order(self, **order: object) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        answer: dict[str, Any] = json.loads(await self.process.stdout.readline())
        return answer


@asynccontextmanager
async def writing(outside: Outside) -> AsyncIterator[Writing]:
    with (outside.data.logs / "writer.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.transition_writer",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
    writer = Writing(process)
    try:
        made = await writer.order(
            database_url=outside.postgres.url, redis_url=outside.valkey.url, productions=PRODUCTIONS
        )
        for name, value in made.items():
            setattr(writer, name, value)
        yield writer
    finally:
        process.kill()
        await process.wait()


class Watching:
    """Clients at a port, and what they must have seen in the end."""

    def __init__(self, outside: Outside, writer: Writing, port: int) -> None:
        self._outside, self._writer = outside, writer
        self._address = f"ws://{LOOPBACK}:{port}/graphql"
        self._tasks: list[asyncio.Task[None]] = []
        self.clients: list[ResumingClient] = []
        for _ in range(3):
            self._join(ALL, None, ("production", "id"), writer.productions)
        for id in writer.productions:
            self._join(ONE, id, ("production", "id"), [id])
        self._join(UPLOAD, writer.upload, ("upload", "id"), [writer.upload])
        self._join(SPACE, writer.space, ("publicationId",), [writer.publication])

    def join(self) -> ResumingClient:
        """One more begins now to follow a production."""
        [id, *_] = self._writer.productions
        return self._join(ONE, id, ("production", "id"), [id])

    def _join(
        self, document: str, of: str | None, path: tuple[str, ...], subjects: list[str]
    ) -> ResumingClient:
        variables = {"id": of} if of else {}
        client = ResumingClient(
            self._address, self._writer.token, document, variables, path, frozenset(subjects)
        )
        self.clients.append(client)
        self._tasks.append(asyncio.create_task(client.run()))
        return client

    async def leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def begun(self) -> None:
        """Each has the present state of all it is to see; then the writer goes."""
        self._first = len(self.clients)
        await until(self._has_seen(dict.fromkeys(self._writer.subjects, 1)))
        await self.go()
        await self.busy()

    async def go(self) -> None:
        await self._writer.order(do="go", pause=PAUSE_SECONDS)

    async def hold(self) -> None:
        await self._writer.order(do="hold")

    async def read_once_more(self) -> None:
        """The log is read each second, and has nothing new."""
        await asyncio.sleep(READING_SECONDS)

    async def busy(self) -> None:
        """Some more transitions were made, and seen by one client at least."""
        [client, *_] = self.clients
        wanted = len(client.transitions) + PRODUCTIONS

        async def so() -> bool:
            return len(client.transitions) >= wanted

        await until(so)

    def _has_seen(self, wanted: Mapping[str, int]) -> Callable[[], Awaitable[bool]]:
        async def so() -> bool:
            assert [client.ends for client in self.clients] == [[] for _ in self.clients]
            return all(
                client.last[subject] >= sequence
                for client in self.clients
                for subject, sequence in wanted.items()
                if subject in client.subjects
            )

        return so

    async def calm(self) -> None:
        """Everybody has caught up with what is written now."""
        sequence = 0

        async def is_written() -> bool:
            nonlocal sequence
            sequence = (await self._writer.order(do="turn", production=0)).get("sequence", 0)
            return sequence > 0

        await until(is_written)
        await until(self._has_seen({self._writer.productions[0]: sequence}))

    async def prompt(self) -> None:
        """A transition made now reaches everybody in no time."""
        answer = await self._writer.order(do="turn", production=0)
        assert "error" not in answer, answer
        begun = time.monotonic()
        subject, sequence = self._writer.productions[0], answer["sequence"]
        await until(self._has_seen({subject: sequence}))
        arrived = [
            seen.at
            for client in self.clients
            for seen in client.transitions
            if (seen.subject, seen.sequence) == (subject, sequence)
        ]
        assert max(arrived) - begun < PROMPT_SECONDS

    async def settled(self) -> None:
        """The writer ends, and everybody has every transition of the log once and in order."""
        await self.hold()
        logged: dict[str, list[tuple[int, str]]] = {}
        for row in await self._outside.log():
            subject = global_id(NOUNS[row["kind"]], row["subject_id"])
            logged.setdefault(subject, []).append((row["sequence"], row["status"]))
        expected = {subject: logged[subject] for subject in self._writer.subjects}
        await until(self._has_seen({subject: rows[-1][0] for subject, rows in expected.items()}))
        for client in self.clients:
            seen: dict[str, list[tuple[int, str]]] = {}
            for each in client.transitions:
                seen.setdefault(each.subject, []).append((each.sequence, each.status))
            # From the state that was the present one when it came.
            firsts = {subject: seen[subject][0][0] for subject in client.subjects}
            assert seen == {subject: expected[subject][first - 1 :] for subject, first in firsts.items()}

    def drops(self) -> set[int]:
        """The closing codes that those met who were there from the beginning."""
        return {code for client in self.clients[: self._first] for code in client.drops}


@asynccontextmanager
async def watching(outside: Outside, port: int) -> AsyncIterator[Watching]:
    """Clients at a port while a writer makes transitions all the time; in the end all have seen all."""
    async with writing(outside) as writer:
        watching = Watching(outside, writer, port)
        try:
            await watching.begun()
            yield watching
            await watching.prompt()
            await watching.busy()
            await watching.settled()
        finally:
            await watching.leave()
