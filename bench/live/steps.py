"""One step: events at a rate, or as fast as they are delivered; and what came of it, message by message."""

import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from feeds import MOST_TICKS, READY_ID, Feed
from sockets import ServerFailed, Sockets, Watcher
from writer import TITLE

from bench.cores import core_times, used
from bench.servers import Server

PROMISED_MS = 250.0
SAMPLE = 499
STRAGGLER_SECONDS = 0.5
GIVE_UP_SECONDS = 10.0
MOST_AT_A_TIME = 200
NUMBERS = {
    True: (re.compile(rb'"progressPercent": ?(\d\d)\b'), 2),
    False: (re.compile(rb'"sequence": ?(\d{7})\b'), 7),
}


@dataclass(frozen=True)
class Outcome:
    """Of one step. Whether the load was the limit is seen by `busy`, the part of its core that was used, and
    by `load_us`, what this process itself spends on a message."""

    offered: float
    delivered: float
    expected: int
    messages: int
    p50_ms: float
    p99_ms: float
    cpu_us: float
    busy: float
    load_us: float
    frame_bytes: int

    @property
    def is_complete(self) -> bool:
        return self.messages >= 0.999 * self.expected

    @property
    def passes(self) -> bool:
        return self.is_complete and self.p99_ms < PROMISED_MS


class Step:
    """`rate` in events a second; None for as fast as they are delivered, `window` events ahead at most.
    `events` where that is not all of the rounds that the rate makes in the time."""

    def __init__(
        self,
        sockets: Sockets,
        feed: Feed,
        servers: Sequence[Server],
        *,
        seconds: float,
        rate: float | None = None,
        window: int = 1,
        events: int | None = None,
    ) -> None:
        self._sockets, self._feed, self._servers = sockets, feed, servers
        self._seconds, self._rate, self._window = seconds, rate, window
        self._productions = len(sockets.crowd.productions)
        self._each = len(sockets.watchers) // self._productions
        self._rounds = self._rounds_for(seconds)
        self._total = events or self._rounds * self._productions
        self._events: list[int] = []
        self._times: list[float] = []
        self._done = self._seen = 0
        self._offset: int | None = None
        self._number, self._width = NUMBERS[feed.life.has_ticks]
        self._frame_bytes = 0

    def _rounds_for(self, seconds: float) -> int:
        most = MOST_TICKS if self._feed.life.has_ticks else 2000
        if self._rate is None:
            return most
        return max(2, min(most, round(self._rate * seconds / self._productions)))

    def run(self) -> Outcome:
        self._feed.begin(self._rounds)
        self._sockets.await_all(self._feed.life.began, self._feed.begin_again)
        first = self._feed.life.event(0)
        self._first = first["progressPercent"] if self._feed.life.has_ticks else first["sequence"]
        cpu = [server.cpu_seconds() for server in self._servers]
        busy, load = core_times(), time.process_time()
        sent = self._send_and_read(time.monotonic())
        load = time.process_time() - load
        spent = sum(server.cpu_seconds() for server in self._servers) - sum(cpu)
        return self._outcome(sent, spent, load, used(busy, core_times()))

    def _send_and_read(self, began: float) -> int:
        """The number of events sent."""
        total, sent = self._total, 0
        last = began
        while True:
            now = time.monotonic()
            if now - began > self._seconds + GIVE_UP_SECONDS:
                return sent
            is_over = sent == total or (self._rate is None and self._may_end(sent, now - began))
            if not is_over and (due := min(self._due(now - began, sent), total - sent, MOST_AT_A_TIME)) > 0:
                self._feed.send(sent, due)
                sent, last = sent + due, now
            if self._feed.is_behind:
                last = now
            elif is_over and (self._done >= sent * self._each or now - last > STRAGGLER_SECONDS):
                return sent
            self._read(0.0 if not is_over and self._due(now - began, sent) > 0 else 0.001)

    def _may_end(self, sent: int, elapsed: float) -> bool:
        """Transitions leave all productions at the same place."""
        return elapsed > self._seconds and (self._feed.life.has_ticks or sent % self._productions == 0)

    def _due(self, elapsed: float, sent: int) -> int:
        if self._rate is None:
            return self._window - (sent - self._done // self._each)
        return int(elapsed * self._rate) + 1 - sent

    def _read(self, seconds: float) -> None:
        sockets, productions, width = self._sockets, self._productions, self._width
        for watcher, data, now in sockets.read(seconds):
            for whole, start, stop in sockets.frames(watcher, data):
                if self._offset is None:
                    self._learn(whole[start:stop])
                at = start + (self._offset or 0)
                try:
                    round = int(whole[at : at + width]) - self._first
                except ValueError:
                    round = self._rounds
                if not watcher.last_round < round < self._rounds:
                    self._explain(whole[start:stop])
                    continue
                self._done += round - watcher.last_round
                watcher.last_round = round
                self._events.append(round * productions + watcher.production)
                self._times.append(now)
                self._seen += 1
                if self._seen % SAMPLE == 1:
                    self._check(watcher, round, whole[start:stop])

    def _learn(self, frame: bytes) -> None:
        """Where the number is in this server's frames: before it, all have the same size."""
        found = self._number.search(frame)
        if found and not self._is_beginning(frame):
            self._offset, self._frame_bytes = found.start(1), len(frame)

    def _explain(self, frame: bytes) -> None:
        """A beginning that was told again is nothing wrong; raises ServerFailed for anything else."""
        if not self._is_beginning(frame):
            raise ServerFailed(f"not the next event of its production: {frame[:500]!r}")

    def _is_beginning(self, frame: bytes) -> bool:
        return self._feed.life.began.search(frame) is not None and b'Percent":0,' in frame.replace(b" ", b"")

    def _check(self, watcher: Watcher, round: int, frame: bytes) -> None:
        told: dict[str, Any] = json.loads(frame)
        event = told["payload"]["data"]["productionStatusChanged"]
        production = {"id": self._sockets.crowd.productions[watcher.production], "title": TITLE}
        expected = {"cursor": event["cursor"]} | self._feed.life.event(round) | {"production": production}
        is_right = event == expected and list(event) == list(expected) and len(event["cursor"]) == 23
        is_its_own = told["id"] in (watcher.operation_id, READY_ID) and told["type"] == "next"
        if not is_right or not is_its_own or "errors" in told["payload"]:
            raise ServerFailed(f"told {frame.decode()}, not {expected}")

    def _outcome(self, sent: int, spent: float, load: float, busy: float) -> Outcome:
        sent_at = np.array(self._feed.sent_at(sent))
        if not self._events:
            return Outcome(self._rate or 0, 0, sent * self._each, 0, np.inf, np.inf, np.inf, busy, 0, 0)
        times = np.array(self._times)
        waits = (times - sent_at[np.array(self._events)]) * 1000
        span = float(times.max() - sent_at[0])
        if self._rate is not None:
            span = max(span, sent / self._rate)
        messages = len(waits)
        return Outcome(
            offered=(self._rate or 0) * self._each,
            delivered=messages / span,
            expected=sent * self._each,
            messages=messages,
            p50_ms=float(np.percentile(waits, 50)),
            p99_ms=float(np.percentile(waits, 99)),
            cpu_us=spent / messages * 1e6,
            busy=busy,
            load_us=load / messages * 1e6,
            frame_bytes=self._frame_bytes,
        )
