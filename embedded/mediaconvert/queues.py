"""The queues: which there are, and how many jobs of each run at once."""

import time
from pathlib import Path
from typing import Any

import orjson

from embedded.mediaconvert.durable_files import set_aside, write_whole
from embedded.mediaconvert.events import ACCOUNT, REGION

DEFAULT_NAME = "Default"
MAX_QUEUES = 10


class QueueRefused(Exception):
    """`kind` and `status` are those of the service's error."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind


def arn_of(name: str) -> str:
    return f"arn:aws:mediaconvert:{REGION}:{ACCOUNT}:queues/{name}"


class Queues:
    """Kept in one file. Default is always there, for `concurrency` jobs until it is told otherwise."""

    def __init__(self, path: Path, *, concurrency: int) -> None:
        self._path = path
        self._queues = {DEFAULT_NAME: _queue(DEFAULT_NAME, "SYSTEM", concurrency)} | self._read()

    def _read(self) -> dict[str, dict[str, Any]]:
        if not self._path.exists():
            return {}
        try:
            return {queue["Name"]: queue for queue in orjson.loads(self._path.read_bytes())}
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            set_aside(self._path, error)
            return {}

    def all(self) -> list[dict[str, Any]]:
        return list(self._queues.values())

    def find(self, asked: str | None) -> dict[str, Any]:
        """By name or ARN; the Default queue for None. Raises QueueRefused.

        The ARN's account and region are not looked at: there is one of each here.
        """
        queue = self._queues.get((asked or DEFAULT_NAME).rpartition("/")[2])
        if queue is None:
            raise QueueRefused(404, "NotFoundException", f"The specified queue was not found: {asked}.")
        return queue

    def arn_or_default(self, arn: str) -> str:
        """Where a job goes whose queue may be gone."""
        known = {queue["Arn"] for queue in self.all()}
        return arn if arn in known else arn_of(DEFAULT_NAME)

    def create(self, request: dict[str, Any]) -> dict[str, Any]:
        """Raises QueueRefused, and OSError when it cannot be kept."""
        name = request["Name"]
        if name in self._queues:
            raise QueueRefused(409, "ConflictException", f"There is a queue {name} already.")
        if len(self._queues) >= MAX_QUEUES:
            raise QueueRefused(
                402, "ServiceQuotaExceededException", f"There are {MAX_QUEUES} queues already."
            )
        queue = _queue(name, "CUSTOM", request.get("ConcurrentJobs", 1))
        queue |= {key: request[key] for key in ("Description", "Status") if key in request}
        self._write(self._queues | {name: queue})
        return queue

    def update(self, request: dict[str, Any]) -> dict[str, Any]:
        """Raises QueueRefused, and OSError when it cannot be kept."""
        queue = dict(self.find(request["Name"]))
        queue |= {key: request[key] for key in ("Description", "Status", "ConcurrentJobs") if key in request}
        queue["LastUpdated"] = time.time()
        self._write(self._queues | {queue["Name"]: queue})
        return queue

    def delete(self, name: str) -> None:
        """Raises QueueRefused, and OSError when it cannot be kept."""
        queue = self.find(name)
        if queue["Type"] == "SYSTEM":
            raise QueueRefused(400, "BadRequestException", "The Default queue cannot be deleted.")
        self._write({key: kept for key, kept in self._queues.items() if key != queue["Name"]})

    def _write(self, queues: dict[str, dict[str, Any]]) -> None:
        kept = [queue for queue in queues.values() if not _is_as_made_here(queue)]
        write_whole(self._path, orjson.dumps(kept))
        self._queues = queues


def _is_as_made_here(queue: dict[str, Any]) -> bool:
    """Default as it was made at the start: the next start may make it otherwise."""
    return bool(queue["Type"] == "SYSTEM" and queue["LastUpdated"] == queue["CreatedAt"])


def _queue(name: str, kind: str, concurrency: int) -> dict[str, Any]:
    now = time.time()
    return {
        "Arn": arn_of(name),
        "Name": name,
        "Type": kind,
        "Status": "ACTIVE",
        "PricingPlan": "ON_DEMAND",
        "ConcurrentJobs": concurrency,
        "CreatedAt": now,
        "LastUpdated": now,
    }
