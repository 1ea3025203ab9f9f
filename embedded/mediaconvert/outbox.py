"""Delivery of events: each job's in order and at least once, kept on disk until accepted, for a day at most.

Progress is kept in memory only: after a restart a job tells new progress, and its old one is worth nothing.
"""

import asyncio
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import structlog

from embedded.mediaconvert.durable_files import set_aside, write_whole

log = structlog.get_logger()
KEY_HEADER = "x-airdate-events-key"
FIRST_BACKOFF_SECONDS, LAST_BACKOFF_SECONDS = 0.2, 30.0
POST_SECONDS = 30
KEPT_SECONDS = 24 * 3600
KEPT_EVENTS = 10_000
AT_ONCE = 8
# Bad request, too large, unprocessable: the same body will not do better the next time.
REFUSED_FOR_GOOD = (400, 413, 422)


@dataclass(frozen=True, eq=False)
class _Waiting:
    """An event in a file, or (`path` None) in memory. `made_at` in seconds since 1970."""

    made_at: float
    is_progress: bool
    path: Path | None
    body: bytes

    def read(self) -> bytes:
        return self.path.read_bytes() if self.path else self.body

    def forget(self) -> None:
        if self.path:
            self.path.unlink(missing_ok=True)


class Outbox:
    """Jobs do not wait for each other: each has a line of its own, oldest event first."""

    def __init__(self, folder: Path, url: str | None, key: str) -> None:
        self._folder = folder
        self._folder.mkdir(parents=True, exist_ok=True)
        self._url = url
        self._key = key
        self._added = asyncio.Event()
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._lines: dict[str, deque[_Waiting]] = {}
        self._delivering: dict[str, asyncio.Task[None]] = {}
        for path in sorted(self._folder.glob("*.json")):
            self._find(path)

    def _find(self, path: Path) -> None:
        """An event of an earlier process."""
        try:
            job_id = orjson.loads(path.read_bytes())["detail"]["jobId"]
            self._line(job_id).append(_Waiting(path.stat().st_mtime, False, path, b""))
        except (orjson.JSONDecodeError, KeyError, TypeError, OSError) as error:
            set_aside(path, error)

    def _line(self, job_id: str) -> deque[_Waiting]:
        return self._lines.setdefault(job_id, deque())

    def add(self, event: dict[str, Any]) -> bool:
        """Keep an event for delivery. An undelivered STATUS_UPDATE gives way to a newer one of its job.

        False when it is in memory only, because the disk would not take it.
        """
        if not self._url:
            return True
        line = self._line(event["detail"]["jobId"])
        is_progress = event["detail"]["status"] == "STATUS_UPDATE"
        if is_progress:
            for older in [waiting for waiting in line if waiting.is_progress]:
                line.remove(older)
        path = None if is_progress else self._write(event)
        line.append(_Waiting(time.time(), is_progress, path, b"" if path else orjson.dumps(event)))
        self._drop_above_limit()
        self._added.set()
        return path is not None

    def _write(self, event: dict[str, Any]) -> Path | None:
        path = self._folder / f"{time.time_ns():020}-{event['id']}.json"
        try:
            write_whole(path, orjson.dumps(event))
        except OSError as error:
            log.error("event kept in memory", error=str(error), job_id=event["detail"]["jobId"])
            return None
        return path

    def _drop_above_limit(self) -> None:
        while sum(len(line) for line in self._lines.values()) > KEPT_EVENTS:
            oldest = min((line for line in self._lines.values() if line), key=lambda line: line[0].made_at)
            log.error("too many events wait: the oldest is dropped")
            oldest.popleft().forget()

    async def deliver(self) -> None:
        """Deliver until cancelled."""
        timeout = aiohttp.ClientTimeout(total=POST_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session, asyncio.TaskGroup() as group:
            while True:
                self._added.clear()
                for job_id in self._lines.keys() - self._delivering.keys():
                    self._delivering[job_id] = group.create_task(self._deliver_line(session, job_id))
                await self._added.wait()

    async def _deliver_line(self, session: aiohttp.ClientSession, job_id: str) -> None:
        line = self._lines[job_id]
        backoff = FIRST_BACKOFF_SECONDS
        try:
            while line:
                first = line[0]
                if await self._is_done_with(session, first):
                    first.forget()
                    # While it was on its way a newer one may have taken its place.
                    if line and line[0] is first:
                        line.popleft()
                    backoff = FIRST_BACKOFF_SECONDS
                else:
                    await asyncio.sleep(backoff)
                    backoff = min(backoff * 2, LAST_BACKOFF_SECONDS)
        finally:
            del self._delivering[job_id]
            if not line:
                del self._lines[job_id]

    async def _is_done_with(self, session: aiohttp.ClientSession, waiting: _Waiting) -> bool:
        """Whether it was accepted, or is given up."""
        try:
            body = waiting.read()
        except OSError as error:
            log.error("event lost", error=str(error))
            return True
        async with self._gate:
            status = await self._post(session, body)
        if 200 <= status < 300:
            return True
        if status in REFUSED_FOR_GOOD or time.time() - waiting.made_at > KEPT_SECONDS:
            log.error("event dropped", status=status, made_at=waiting.made_at)
            return True
        return False

    async def _post(self, session: aiohttp.ClientSession, body: bytes) -> int:
        """The answer's status; 0 when nobody answered."""
        headers = {"content-type": "application/json", KEY_HEADER: self._key}
        try:
            async with session.post(self._url or "", data=body, headers=headers) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("event not delivered", error=type(error).__name__)
            return 0
