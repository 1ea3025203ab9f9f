"""A client that does what npm's graphql-ws does after a lost connection, and an application on it does: come
back with a growing pause and subscribe again after the last cursor. It never looks anything up."""

import asyncio
import random
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import orjson
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.live_client import PROTOCOL

# graphql-ws 6.4, isFatalInternalCloseCode and shouldRetry: what ends a client for good.
FATAL = {4400, 4401, 4004, 4005, 4406, 4409, 4429, 4500}
GOOD_INTERNAL = {1000, 1001, 1005, 1006, 1012, 1013, 1014}
# Its pauses are 1, 2, 4 ... seconds and 0.3 to 3 more; here a tenth of that, and no end of attempts.
HASTE = 0.1
LONGEST_PAUSE = 1.0


def is_fatal(code: int) -> bool:
    return code in FATAL or (1000 <= code <= 1999 and code not in GOOD_INTERNAL)


@dataclass
class Seen:
    """One transition as it came; `at` by time.monotonic()."""

    subject: str
    sequence: int
    status: str
    at: float


@dataclass
class ResumingClient:
    """Follows `subjects`, whose id an event of the document has at `path`, beside a cursor, a sequence and a
    status. `drops` are the closing codes met, `ends` what no graphql-ws client would have survived."""

    address: str
    token: str
    document: str
    variables: dict[str, Any]
    path: tuple[str, ...]
    subjects: frozenset[str]
    transitions: list[Seen] = field(default_factory=list)
    ticks: int = 0
    drops: list[int] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    cursor: str | None = None
    last: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    async def run(self) -> None:
        """Until cancelled, or until something ends it for good."""
        attempts = 0
        while not self.ends:
            attempts = 0 if await self._connected() else attempts + 1
            pause = min(2**attempts * HASTE, LONGEST_PAUSE)
            await asyncio.sleep(pause + HASTE * random.uniform(0.3, 3))

    async def _connected(self) -> bool:
        """One connection from its beginning to its end; whether it got as far as its acknowledgement."""
        is_acknowledged = False
        code = 1006
        try:
            async with connect(
                self.address, subprotocols=[PROTOCOL], compression=None, open_timeout=30, close_timeout=1
            ) as socket:
                init = {"type": "connection_init", "payload": {"authorization": f"Bearer {self.token}"}}
                await socket.send(orjson.dumps(init).decode())
                async for message in socket:
                    frame = orjson.loads(message)
                    if frame["type"] == "connection_ack":
                        is_acknowledged = True
                        await socket.send(self._subscribe())
                    else:
                        self._take(frame)
                    if self.ends:
                        return True
                code = socket.close_code or 1006
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else 1006
        except (OSError, TimeoutError, InvalidHandshake):
            code = 1006
        self.drops.append(code)
        if is_fatal(code):
            self.ends.append(f"closed with {code}")
        return is_acknowledged

    def _subscribe(self) -> str:
        payload = {"query": self.document, "variables": {**self.variables, "after": self.cursor}}
        return orjson.dumps({"id": "1", "type": "subscribe", "payload": payload}).decode()

    def _take(self, frame: dict[str, Any]) -> None:
        if frame["type"] != "next" or "errors" in frame["payload"]:
            self.ends.append(f"told {frame}")
            return
        [event] = frame["payload"]["data"].values()
        self.cursor = event["cursor"]
        subject, sequence = event, event["sequence"]
        for name in self.path:
            subject = subject[name]
        if sequence == self.last[subject] and event.get("previousStatus") is None:
            self.ticks += 1
            return
        self.last[subject] = sequence
        self.transitions.append(Seen(subject, sequence, event["status"], time.monotonic()))
