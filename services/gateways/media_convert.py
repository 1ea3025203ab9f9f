"""AWS Elemental MediaConvert, or whatever speaks its API at the configured endpoint."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID


@dataclass(frozen=True)
class JobOutput:
    """One output as GetJob tells of it: in the job's order, without the path, which only the event names."""

    duration_ms: int | None
    width: int | None
    height: int | None


@dataclass(frozen=True)
class JobWarning:
    """MediaConvert's code, and how often it occurred. The texts are in `Job.messages`, without codes."""

    code: str
    count: int


@dataclass(frozen=True)
class Job:
    """What MediaConvert knows of a job; `status` is SUBMITTED, PROGRESSING, COMPLETE, CANCELED or ERROR.

    `percent` is None until it is known, `phase` PROBING, TRANSCODING or UPLOADING; `outputs` has a tuple for
    each output group, in the order of the request. `destination` is the `s3://` URI of the first group.
    """

    id: str
    queue: str | None
    status: str
    render_id: str | None
    error_code: int | None = None
    error_message: str | None = None
    percent: int | None = None
    phase: str | None = None
    retry_count: int = 0
    warnings: tuple[JobWarning, ...] = ()
    messages: tuple[str, ...] = ()
    user_metadata: Mapping[str, str] = field(default_factory=dict)
    destination: str = ""
    created_at: datetime | None = None
    submitted_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    outputs: tuple[tuple[JobOutput, ...], ...] = ()


class JobProblem(NamedTuple):
    """What is wrong, and where: a JSON pointer into the request, in camelCase as on the wire."""

    pointer: str
    text: str


class JobRefused(Exception):
    """The service refused for good and did nothing: the request is wrong, or we may not make it. The message
    says why, field by field where the service did."""

    def __init__(self, code: str, message: str, problems: Sequence[JobProblem] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.problems = tuple(problems)


class TryAgainLater(Exception):
    """The service did nothing, and may do it later: throttled, over a quota, not signed in, not reached.

    `code` is the service's own; empty where it was not asked.
    """

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class OutcomeUnknown(Exception):
    """The answer was lost: the service may have done it or not. Look before asking again."""


class MediaConvert(Protocol):
    """Every method may raise JobRefused, TryAgainLater or OutcomeUnknown. Calls of one process share a rate
    and wait for their turn: a job to be made goes before one to be looked at."""

    async def create_job(self, request: dict[str, Any]) -> Job:
        """The new job; the same one for the same ClientRequestToken within a minute."""
        ...

    async def get_job(self, job_id: str) -> Job | None:
        """None for a job MediaConvert does not know, or no longer: it forgets them after three months."""
        ...

    async def find_job(self, render_id: UUID, *, created_after: datetime | None = None) -> Job | None:
        """The newest job whose userMetadata names this render, in any queue and status.

        Looks no further back than `created_after`, the render's own creation. None means that there is none;
        raises OutcomeUnknown when there were too many jobs to be sure.
        """
        ...

    async def unfinished_jobs(self) -> list[Job]:
        """Those SUBMITTED or PROGRESSING, in any queue, whoever's they are; the newest thousand of each."""
        ...

    async def cancel_job(self, job_id: str) -> None:
        """Ask for it; the CANCELED event tells the outcome. A job already over is left as it is."""
        ...
