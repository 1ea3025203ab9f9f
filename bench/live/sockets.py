"""Thousands of graphql-transport-ws clients in one loop: frames are told apart by their headers alone."""

import json
import re
import select
import socket
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

HOST = "127.0.0.1"
AT_ONCE = 100
READ_BYTES = 16 * 1024
PATIENCE = 60.0
ASK_SECONDS = 1.0
TEXT, CLOSE, PING, PONG = 0x81, 0x88, 0x89, 0x8A
DOCUMENT = """subscription ($id: ID!) { productionStatusChanged(id: $id) {
  cursor sequence status progressPercent phase production { id title } } }"""


class ServerFailed(Exception):
    """A server refused, closed a socket, was silent too long, or sent something wrong."""


@dataclass(slots=True)
class Watcher:
    """One socket with one subscription. `production` is the index of what it watches."""

    connection: socket.socket
    production: int
    operation_id: str
    rest: bytes = b""
    last_round: int = -1
    waiting: list[bytes] = field(default_factory=list)


@dataclass(frozen=True)
class Crowd:
    """Who connects: for each watcher, the index of its production; and by which ids those are known. With
    several ports they are taken in turn. Operations have ids like graphql-ws's (UUIDs), or all the same."""

    ports: Sequence[int]
    productions: Sequence[str]
    watched: Sequence[int]
    token: str | None = None
    has_own_ids: bool = True


def masked(opcode: int, payload: bytes) -> bytes:
    """A client's frame; a mask of zeros is a mask (RFC 6455, section 5.3)."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    return bytes([opcode]) + length + b"\0\0\0\0" + payload


class Sockets:
    """A crowd's sockets, as far as they are open."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd = crowd
        self.watchers: dict[int, Watcher] = {}
        self.epoll = select.epoll()

    def open(self, count: int) -> None:
        """Have so many open and subscribed in all."""
        while (already := len(self.watchers)) < count:
            self._open(self.crowd.watched[already : min(already + AT_ONCE, count)])

    def close(self) -> None:
        """After the server's end, so that no port is left waiting."""
        self.epoll.close()
        for watcher in self.watchers.values():
            watcher.connection.close()

    def _open(self, watched: Sequence[int]) -> None:
        ports = self.crowd.ports
        opened = [
            self._connect(production, ports[number % len(ports)]) for number, production in enumerate(watched)
        ]
        for watcher in opened:
            self._read_handshake(watcher)
            watcher.connection.sendall(masked(TEXT, self._init()))
        for watcher in opened:
            self._read_ack(watcher)
            watcher.connection.sendall(masked(TEXT, self._subscribe(watcher)))
        for watcher in opened:
            watcher.connection.setblocking(False)
            self.epoll.register(watcher.connection, select.EPOLLIN)
        self.answer_pings()

    def _connect(self, production: int, port: int) -> Watcher:
        connection = socket.create_connection((HOST, port), PATIENCE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        operation_id = str(uuid.uuid4()) if self.crowd.has_own_ids else "1"
        watcher = Watcher(connection, production, operation_id)
        self.watchers[connection.fileno()] = watcher
        connection.sendall(
            b"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n" % port
        )
        return watcher

    def _read_handshake(self, watcher: Watcher) -> None:
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._received(watcher)
        head, _, watcher.rest = answer.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101"):
            raise ServerFailed(head.decode(errors="replace"))

    def _read_ack(self, watcher: Watcher) -> None:
        while not watcher.waiting:
            data = self._received(watcher)
            watcher.waiting += [data[start:stop] for data, start, stop in self.frames(watcher, data)]
        ack = json.loads(watcher.waiting.pop(0))
        if ack.get("type") != "connection_ack":
            raise ServerFailed(str(ack))

    def _received(self, watcher: Watcher) -> bytes:
        data = watcher.connection.recv(READ_BYTES)
        if not data:
            raise ServerFailed("the server closed a connection")
        return data

    def _init(self) -> bytes:
        payload = {"authorization": f"Bearer {self.crowd.token}"} if self.crowd.token else {}
        return json.dumps({"type": "connection_init", "payload": payload}).encode()

    def _subscribe(self, watcher: Watcher) -> bytes:
        variables = {"id": self.crowd.productions[watcher.production]}
        payload = {"query": DOCUMENT, "variables": variables}
        return json.dumps({"id": watcher.operation_id, "type": "subscribe", "payload": payload}).encode()

    def read(self, seconds: float, at_most: int = 64) -> Iterator[tuple[Watcher, bytes, float]]:
        """What has come on the sockets, each with the time it was read at, waiting so long for the first."""
        for number, _ in self.epoll.poll(seconds, at_most):
            watcher = self.watchers[number]
            data = watcher.connection.recv(READ_BYTES)
            if not data:
                raise ServerFailed("the server closed a connection")
            yield watcher, data, time.monotonic()

    def frames(self, watcher: Watcher, data: bytes) -> list[tuple[bytes, int, int]]:
        """Where the text frames are in what has come, as (data, start, stop). Pings are answered."""
        if watcher.rest:
            data = watcher.rest + data
        found, position, end = [], 0, len(data)
        while end - position >= 2:
            length, start = data[position + 1], position + 2
            if length == 126:
                length, start = int.from_bytes(data[start : start + 2], "big"), start + 2
            elif length == 127:
                length, start = int.from_bytes(data[start : start + 8], "big"), start + 8
            stop = start + length
            if stop > end:
                break
            if data[position] == TEXT:
                found.append((data, start, stop))
            else:
                self._control(watcher, data[position], data[start:stop])
            position = stop
        watcher.rest = data[position:] if position < end else b""
        return found

    def answer_pings(self) -> None:
        """Read what has come, and want nothing of it."""
        for watcher, data, _ in self.read(0.0, at_most=len(self.watchers)):
            self.frames(watcher, data)

    def _control(self, watcher: Watcher, opcode: int, payload: bytes) -> None:
        if opcode == PING:
            watcher.connection.sendall(masked(PONG, payload))
        elif opcode == CLOSE:
            code, reason = int.from_bytes(payload[:2], "big"), payload[2:].decode(errors="replace")
            raise ServerFailed(f"the server closed a socket with {code} {reason}")
        else:
            raise ServerFailed(f"a frame with the first byte {opcode:#x}")

    def await_all(self, sign: re.Pattern[bytes], again: Callable[[], None]) -> None:
        """Wait until each watcher has got a frame with this sign in it, calling `again` every so often.
        All other frames go by."""
        began = asked = time.monotonic()
        missing = set(self.watchers)
        while missing:
            for watcher, data, _ in self.read(0.02):
                for whole, start, stop in self.frames(watcher, data):
                    if sign.search(whole, start, stop):
                        missing.discard(watcher.connection.fileno())
            now = time.monotonic()
            if now - began > PATIENCE:
                raise ServerFailed(f"{len(missing)} of {len(self.watchers)} watchers heard nothing")
            if now - asked > ASK_SECONDS:
                asked = now
                again()
        for watcher in self.watchers.values():
            watcher.last_round = -1
