"""EventBridge events of jobs, and their delivery: at least once, in order, kept on disk until accepted."""

import asyncio
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import orjson
import structlog

log = structlog.get_logger()
ACCOUNT, REGION = "000000000000", "eu-west-1"
KEY_HEADER = "x-airdate-events-key"
FIRST_BACKOFF_SECONDS, LAST_BACKOFF_SECONDS = 0.2, 30.0
KEPT_SECONDS = 24 * 3600
REFUSED_FOR_GOOD = 400


def job_event(job: dict[str, Any], status: str, **detail: Any) -> dict[str, Any]:
    """The envelope that EventBridge wraps a state change of MediaConvert in."""
    now = datetime.now(UTC)
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": "MediaConvert Job State Change",
        "source": "aws.mediaconvert",
        "account": ACCOUNT,
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [job["Arn"]],
        "detail": {
            "timestamp": round(now.timestamp() * 1000),
            "accountId": ACCOUNT,
            "queue": job["Queue"],
            "jobId": job["Id"],
            "status": status,
            "userMetadata": job.get("UserMetadata", {}),
            **detail,
        },
    }


class Outbox:
    """A folder of events still to be delivered, oldest first; it outlives this process."""

    def __init__(self, folder: Path, url: str | None, key: str) -> None:
        self._folder = folder
        self._folder.mkdir(parents=True, exist_ok=True)
        self._url = url
        self._key = key
        self._added = asyncio.Event()
        self._last_progress: dict[str, Path] = {}

    def add(self, event: dict[str, Any]) -> None:
        """Keep an event for delivery. An undelivered STATUS_UPDATE gives way to a newer one of its job."""
        if not self._url:
            return
        path = self._folder / f"{time.time_ns():020}-{event['id']}.json"
        unfinished = path.with_suffix(".tmp")
        with unfinished.open("wb") as file:
            file.write(orjson.dumps(event))
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
        job_id = event["detail"]["jobId"]
        older = self._last_progress.pop(job_id, None)
        if event["detail"]["status"] == "STATUS_UPDATE":
            self._last_progress[job_id] = path
            if older:
                older.unlink(missing_ok=True)
        self._added.set()

    async def deliver(self) -> None:
        """Deliver until cancelled."""
        timeout = aiohttp.ClientTimeout(total=30)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                self._added.clear()
                for path in sorted(self._folder.glob("*.json")):
                    await self._deliver_one(session, path)
                await self._added.wait()

    async def _deliver_one(self, session: aiohttp.ClientSession, path: Path) -> None:
        backoff = FIRST_BACKOFF_SECONDS
        while path.exists():
            body = path.read_bytes()
            status = await self._post(session, body)
            is_old = time.time() - path.stat().st_mtime > KEPT_SECONDS if path.exists() else False
            if 200 <= status < 300 or status == REFUSED_FOR_GOOD or is_old:
                if not 200 <= status < 300:
                    log.error("event dropped", status=status, path=path.name)
                path.unlink(missing_ok=True)
                return
            await asyncio.sleep(backoff)
            backoff = min(backoff * 2, LAST_BACKOFF_SECONDS)

    async def _post(self, session: aiohttp.ClientSession, body: bytes) -> int:
        """The answer's status; 0 when nobody answered."""
        headers = {"content-type": "application/json", KEY_HEADER: self._key}
        try:
            async with session.post(self._url or "", data=body, headers=headers) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("event not delivered", error=type(error).__name__)
            return 0
