"""The load: as cheap a client as can be, on so many connections, with one request each at a time."""

import re
import select
import socket
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from embedded.ports import LOOPBACK

SAMPLE = 499
BUFFER = 1 << 18
PATIENCE, VERIFY_SECONDS = 30.0, 300.0
OK = b"HTTP/1.1 200"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)


class ServerFailed(Exception):
    """It closed a connection, or answered what it should not."""


@dataclass(slots=True)
class Exchange:
    """A request, ready to be sent; how long its answer is, give or take `slack`; and what checks it whole."""

    request: bytes
    check: Callable[[bytes], None]
    length: int = 0
    slack: int = 0


@dataclass(slots=True)
class Connection:
    socket: socket.socket
    exchange: Exchange
    sent: float = 0.0
    rest: bytes = b""


@dataclass(frozen=True)
class Taken:
    """What was answered in so many seconds; latencies in seconds, shortest first."""

    seconds: float
    latencies: Sequence[float]

    @property
    def count(self) -> int:
        return len(self.latencies)

    def percentile_ms(self, part: float) -> float:
        return self.latencies[min(self.count - 1, int(part * self.count))] * 1e3


class Load:
    """Exchanges in turn, for ever, over connections that stay open between runs."""

    def __init__(self, port: int, exchanges: Sequence[Exchange], connections: int) -> None:
        self._exchanges, self._next, self._answered = exchanges, 0, 0
        self._poll = select.epoll()
        self._connections: dict[int, Connection] = {}
        for _ in range(connections):
            opened = socket.create_connection((LOOPBACK, port), timeout=PATIENCE)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connections[opened.fileno()] = Connection(opened, exchanges[0])
            self._poll.register(opened.fileno(), select.EPOLLIN)
        for connection in self._connections.values():
            self._send(connection)

    def finish(self) -> None:
        """Take in what is still to be answered, then close: a server is not to be left amid a request."""
        waiting = len(self._connections)
        for _ in self._answers(time.perf_counter() + PATIENCE):
            waiting -= 1
            if not waiting:
                break
        self.close()

    def close(self) -> None:
        for connection in self._connections.values():
            connection.socket.close()
        self._poll.close()

    def verify(self) -> Sequence[bytes]:
        """The answer to each exchange, checked whole; its length is then known. Raises ServerFailed."""
        found: dict[int, bytes] = {}
        for connection, body in self._answers(time.perf_counter() + VERIFY_SECONDS):
            exchange = connection.exchange
            exchange.check(body)
            exchange.length = len(body)
            found[id(exchange)] = body
            self._send(connection)
            if len(found) == len(self._exchanges):
                return [found[id(exchange)] for exchange in self._exchanges]
        raise ServerFailed(f"{len(self._exchanges) - len(found)} requests were not answered")

    def run(self, seconds: float) -> Taken:
        """Raises ServerFailed."""
        latencies = array("d")
        began = time.perf_counter()
        for connection, body in self._answers(began + seconds):
            latencies.append(time.perf_counter() - connection.sent)
            exchange = connection.exchange
            if abs(len(body) - exchange.length) > exchange.slack:
                raise ServerFailed(f"{len(body)} bytes, not {exchange.length}: {body[:500]!r}")
            self._answered += 1
            if self._answered % SAMPLE == 0:
                exchange.check(body)
            self._send(connection)
        return Taken(time.perf_counter() - began, sorted(latencies))

    def _send(self, connection: Connection) -> None:
        connection.exchange = self._exchanges[self._next % len(self._exchanges)]
        self._next += 1
        connection.sent = time.perf_counter()
        if connection.socket.send(connection.exchange.request) != len(connection.exchange.request):
            raise ServerFailed("a request was not taken at once")

    def _answers(self, until: float) -> Iterator[tuple[Connection, bytes]]:
        """Whole ones, as they come; whoever takes one sends the next request of its connection."""
        while (left := until - time.perf_counter()) > 0:
            for number, _ in self._poll.poll(min(left, 1.0)):
                connection = self._connections[number]
                data = connection.socket.recv(BUFFER)
                if not data:
                    raise ServerFailed("it closed a connection")
                data = connection.rest + data
                body = body_of(data)
                connection.rest = data if body is None else b""
                if body is not None:
                    yield connection, body


def body_of(data: bytes) -> bytes | None:
    """The body of an answer with status 200, None while it is not all there."""
    head = data.find(b"\r\n\r\n")
    if head < 0:
        return None
    start = head + 4
    if length := LENGTH.search(data, 0, head):
        if len(data) < start + int(length[1]):
            return None
        body = data[start:]
    elif not CHUNKED.search(data, 0, head) or not data.endswith(b"0\r\n\r\n"):
        return None
    else:
        body = unchunked(data, start)
    if not data.startswith(OK):
        raise ServerFailed(f"{data[:head].decode(errors='replace')}\n{body[:500]!r}")
    return body


def unchunked(data: bytes, position: int) -> bytes:
    parts: list[bytes] = []
    while True:
        line = data.index(b"\r\n", position)
        size = int(data[position:line].partition(b";")[0], 16)
        if size == 0:
            return b"".join(parts)
        parts.append(data[line + 2 : line + 2 + size])
        position = line + size + 4
