"""How events reach the servers: for each, what its own publisher would put on Redis, or rows in PostgreSQL.

An event has a number: event `e` is of production `e % P` in round `e // P`. Rounds are the percent points of
a render (ticks), or its transitions between QUEUED and PROCESSING. What is sent is made before time counts.
"""

import re
import socket
import struct
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import urlsplit
from uuid import UUID

import orjson
from world import WriterProcess
from writer import FIRST_SEQUENCE, TITLE

from schema.node import global_id
from services.gateways.event_bus import ProgressTick

FIRST_PERCENT, MOST_TICKS = 10, 90
CURSOR = "AQAAAAAAAAW7AAAAAAAAAAA"
READY_ID = "6ff0c5c8-5a5e-4d0c-9b0d-2f1ce4a0a0b7"
PUBLISH_SECONDS = 10.0
WRITE_SECONDS = 30.0


class Life:
    """Where the productions stand: all at the same place."""

    def __init__(self, *, has_ticks: bool) -> None:
        self.has_ticks = has_ticks
        self.sequence = FIRST_SEQUENCE

    def begin(self) -> None:
        """Another render of each is QUEUED, then PROCESSING."""
        self.sequence += 2

    @property
    def began(self) -> re.Pattern[bytes]:
        """What every watcher is told when it has."""
        return re.compile(rb'"sequence": ?%d, ?"status": ?"PROCESSING"' % self.sequence)

    def event(self, round: int) -> dict[str, Any]:
        """All of an event but its cursor and production."""
        if self.has_ticks:
            percent, phase = FIRST_PERCENT + round, "TRANSCODING"
            return self._event(self.sequence, "PROCESSING", percent, phase)
        return self._event(self.sequence + 1 + round, "PROCESSING" if round % 2 else "QUEUED", 0, None)

    def beginning(self) -> dict[str, Any]:
        return self._event(self.sequence, "PROCESSING", 0, None)

    def _event(self, sequence: int, status: str, percent: int, phase: str | None) -> dict[str, Any]:
        return {"sequence": sequence, "status": status, "progressPercent": percent, "phase": phase}


class Feed(Protocol):
    life: Life

    def begin(self, rounds: int) -> None:
        """Begin a life and prepare its events."""
        ...

    def begin_again(self) -> None:
        """Tell the beginning once more, to who was not yet listening."""
        ...

    def send(self, first: int, count: int) -> None: ...

    @property
    def is_behind(self) -> bool:
        """Whether some of what was sent is still on its way to be published."""
        ...

    def sent_at(self, count: int) -> Sequence[float]:
        """When each of the first events was sent: just before PUBLISH, or COMMIT."""
        ...


class RedisPublisher:
    """Publishes without waiting for answers."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._socket = socket.create_connection((parts.hostname, parts.port), PUBLISH_SECONDS)
        self._socket.sendall(command(b"AUTH", str(parts.password).encode()))
        assert self._socket.recv(100) == b"+OK\r\n"
        self._socket.sendall(command(b"CLIENT", b"REPLY", b"OFF"))

    def send(self, commands: Sequence[bytes]) -> None:
        self._socket.sendall(b"".join(commands))


def command(*parts: bytes) -> bytes:
    """In Redis's protocol, RESP."""
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in parts)


Published = Callable[[str, dict[str, Any], int], tuple[str, bytes]]


class ReadyFeed:
    """Sends what was made ready before time counts."""

    def __init__(self, publisher: RedisPublisher, life: Life) -> None:
        self.life = life
        self._publisher = publisher
        self._commands: list[bytes] = []
        self._sent: list[float] = []

    def send(self, first: int, count: int) -> None:
        self._sent += [time.monotonic()] * count
        self._publisher.send(self._commands[first : first + count])

    @property
    def is_behind(self) -> bool:
        return False

    def sent_at(self, count: int) -> Sequence[float]:
        return self._sent


class PublishedFeed(ReadyFeed):
    """For the peers: `published` makes of a production's id and an event a channel and a message."""

    def __init__(
        self, publisher: RedisPublisher, life: Life, productions: Sequence[str], published: Published
    ) -> None:
        super().__init__(publisher, life)
        self._productions, self._published = productions, published
        self._number = 0

    def begin(self, rounds: int) -> None:
        self.life.begin()
        self._sent = []
        self._commands = [line for number in range(rounds) for line in self._all(self.life.event(number))]
        self.begin_again()

    def begin_again(self) -> None:
        self._publisher.send(self._all(self.life.beginning()))

    def _all(self, event: dict[str, Any]) -> list[bytes]:
        lines = []
        for production in self._productions:
            self._number += 1
            whole = {"cursor": CURSOR} | event | {"production": {"id": production, "title": TITLE}}
            channel, message = self._published(production, whole, self._number)
            lines.append(command(b"PUBLISH", channel.encode(), message))
        return lines


class TickFeed(ReadyFeed):
    """Airdate's ticks, as its progress channel has them; the render they are of is begun in PostgreSQL."""

    def __init__(
        self, publisher: RedisPublisher, writer: WriterProcess, life: Life, productions: Sequence[str]
    ) -> None:
        super().__init__(publisher, life)
        self._writer = writer
        self._productions = [UUID(production) for production in productions]

    def begin(self, rounds: int) -> None:
        self.life.begin()
        self._sent = []
        self._commands = [
            command(
                b"PUBLISH",
                b"airdate:progress",
                orjson.dumps(self._tick(production, number)._asdict(), default=str),
            )
            for number in range(rounds)
            for production in self._productions
        ]
        self._writer.ask(do="begin")

    def _tick(self, production: UUID, round: int) -> ProgressTick:
        event = self.life.event(round)
        return ProgressTick(
            production_id=production,
            sequence=event["sequence"],
            progress_percent=event["progressPercent"],
            phase=event["phase"],
            occurred_at=datetime.now(UTC),
        )

    def begin_again(self) -> None:
        """Airdate needs no second telling."""


class TransitionFeed:
    """Airdate's transitions, each committed in PostgreSQL: `one` to a transaction by the product's own
    function, or many."""

    def __init__(self, writer: WriterProcess, life: Life, productions: int, *, one: bool) -> None:
        self.life = life
        self._writer, self._productions, self._one = writer, productions, one
        self._sent: dict[int, float] = {}
        self._due = 0

    def begin(self, rounds: int) -> None:
        self.life.sequence += len(self._sent) // self._productions
        self.life.begin()
        self._sent, self._due = {}, 0
        self._writer.ask(do="begin")

    def begin_again(self) -> None:
        """Airdate needs no second telling."""

    def send(self, first: int, count: int) -> None:
        self._writer.tell(do="write", until=first + count, one=self._one)
        self._due = first + count

    @property
    def is_behind(self) -> bool:
        for answer in self._writer.answers():
            numbers = range(answer["first"], answer["first"] + answer["count"])
            self._sent.update(dict.fromkeys(numbers, answer["at"]))
        return len(self._sent) < self._due

    def sent_at(self, count: int) -> Sequence[float]:
        deadline = time.monotonic() + WRITE_SECONDS
        while self.is_behind:
            if time.monotonic() > deadline:
                sys.exit("the writer of transitions does not keep up")
            time.sleep(0.01)
        return [self._sent[number] for number in range(count)]


def by_json(production: str, event: dict[str, Any], number: int) -> tuple[str, bytes]:
    """GraphQL Yoga's Redis event target, and what the documentation of broadcaster leaves to the reader."""
    return f"productionStatusChanged:{production}", orjson.dumps(event)


def by_frame(production: str, event: dict[str, Any], number: int) -> tuple[str, bytes]:
    """For the bare server, the frame as Airdate would send it."""
    payload = {"data": {"productionStatusChanged": event}}
    frame = {"id": READY_ID, "type": "next", "payload": payload}
    return "ready", production.encode() + b" " + orjson.dumps(frame)


def by_mqemitter(production: str, event: dict[str, Any], number: int) -> tuple[str, bytes]:
    """mqemitter-redis's packet, in MessagePack: an id that no other has, and the emitted message."""
    topic = f"productionStatusChanged:{production}"
    message = {"topic": topic, "payload": {"productionStatusChanged": event}}
    return topic, message_pack({"id": f"bench/{number}", "msg": message})


def message_pack(value: Any) -> bytes:
    """As far as events need it: https://github.com/msgpack/msgpack/blob/master/spec.md."""
    match value:
        case None:
            return b"\xc0"
        case int():
            return b"\xce" + struct.pack(">I", value)
        case str():
            text = value.encode()
            return b"\xda" + struct.pack(">H", len(text)) + text
        case dict():
            items = b"".join(message_pack(part) for item in value.items() for part in item)
            return bytes([0x80 | len(value)]) + items
    raise TypeError(f"{value!r}")


PUBLISHED: dict[str, Published] = {
    "bare": by_frame,
    "mercurius": by_mqemitter,
    "yoga": by_json,
    "strawberry": by_json,
}


def public_id(production: str) -> str:
    return str(global_id("Production", UUID(production)))
