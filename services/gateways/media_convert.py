"""AWS Elemental MediaConvert, or whatever speaks its API at the configured endpoint."""

from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID


@dataclass(frozen=True)
class Job:
    """What we need of a MediaConvert job; `status` is SUBMITTED, PROGRESSING, COMPLETE, CANCELED or ERROR."""

    id: str
    queue: str | None
    status: str
    render_id: str | None
    error_code: int | None = None
    error_message: str | None = None


class JobRefused(Exception):
    """The service refused the job for good (a 4xx other than throttling); its message says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class MediaConvert(Protocol):
    async def create_job(self, request: dict[str, Any]) -> Job:
        """Raises JobRefused; any other exception means that the answer is unknown."""
        ...

    async def get_job(self, job_id: str) -> Job | None: ...

    async def find_job(self, render_id: UUID) -> Job | None:
        """The newest job whose userMetadata names this render, among the latest 100 of the queue."""
        ...

    async def cancel_job(self, job_id: str) -> None:
        """Ask for it; the CANCELED event tells the outcome. A job already over is left as it is."""
        ...
