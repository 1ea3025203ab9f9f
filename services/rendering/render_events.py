"""What can be heard of a render, whoever tells: EventBridge, the submission, or a person who cancels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from models.statuses import ProductionStatus, RenderErrorStage, RenderPhase

STATUS_OF = {
    "SUBMITTED": None,
    "PROGRESSING": ProductionStatus.PROCESSING,
    "STATUS_UPDATE": ProductionStatus.PROCESSING,
    "COMPLETE": ProductionStatus.COMPLETED,
    "ERROR": ProductionStatus.FAILED,
    "CANCELED": ProductionStatus.CANCELED,
    "NEW_WARNING": None,
    "QUEUE_HOP": None,
    "INPUT_INFORMATION": None,
}


class MalformedEvent(Exception):
    """The body is not an EventBridge event; the text says what is wrong with it."""


@dataclass(frozen=True)
class RenderFailure:
    code: str
    stage: RenderErrorStage
    message: str


@dataclass(frozen=True)
class RenderedOutput:
    """What MediaConvert says of one output: `key` as the event's path names it, sizes in pixels, bit/s."""

    uri: str
    width: int | None
    height: int | None
    bitrate: int | None
    duration_ms: int | None


@dataclass(frozen=True)
class RenderEvent:
    """`occurred_at` is the teller's own clock: events are ordered by it, not by when they came."""

    render_id: UUID
    cause: str
    occurred_at: datetime | None = None
    job_id: str | None = None
    status: ProductionStatus | None = None
    progress_percent: int | None = None
    phase: RenderPhase | None = None
    job_retry_count: int = 0
    queue: str | None = None
    failure: RenderFailure | None = None
    warnings: tuple[Mapping[str, Any], ...] = ()
    outputs: tuple[RenderedOutput, ...] = ()


def read_media_convert_event(
    envelope: Mapping[str, Any], *, app: str, environment: str
) -> RenderEvent | None:
    """One event of EventBridge's `aws.mediaconvert` source; None for one that is not ours or tells nothing.

    Raises MalformedEvent. Read leniently: AWS's documents and its real events name some fields differently.
    """
    detail = envelope.get("detail")
    if envelope.get("source") != "aws.mediaconvert" or not isinstance(detail, Mapping):
        raise MalformedEvent("Expected an EventBridge event whose source is aws.mediaconvert.")
    metadata = detail.get("userMetadata")
    render_id = _render_id(metadata, app, environment)
    status = detail.get("status")
    if render_id is None or status not in STATUS_OF:
        return None
    progress = _mapping(detail.get("jobProgress"))
    return RenderEvent(
        render_id=render_id,
        cause=f"MediaConvert {status}",
        occurred_at=_moment(detail.get("timestamp")),
        job_id=_text(detail.get("jobId")),
        status=STATUS_OF[status],
        progress_percent=_whole(progress.get("jobPercentComplete")),
        phase=_phase(progress.get("currentPhase")),
        job_retry_count=_whole(progress.get("retryCount")) or 0,
        queue=_text(detail.get("queue")),
        failure=_failure(detail) if status == "ERROR" else None,
        warnings=_warnings(detail),
        outputs=tuple(_outputs(detail.get("outputGroupDetails"))) if status == "COMPLETE" else (),
    )


def _render_id(metadata: object, app: str, environment: str) -> UUID | None:
    """None when another app, another environment of this app, or a job made by hand speaks."""
    values = _mapping(metadata)
    if values.get("app") != app or values.get("env") != environment:
        return None
    try:
        return UUID(str(values.get("renderId")))
    except ValueError:
        return None


def _failure(detail: Mapping[str, Any]) -> RenderFailure:
    return RenderFailure(
        code=str(detail.get("errorCode", "UNKNOWN")),
        stage=RenderErrorStage.RENDERING,
        message=str(detail.get("errorMessage") or "MediaConvert gave no reason.")[:2000],
    )


def _warnings(detail: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    if detail.get("status") == "NEW_WARNING":
        return ({"code": str(detail.get("warningCode")), "message": str(detail.get("warningMessage", ""))},)
    listed = detail.get("warnings")
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        return ()
    return tuple({"code": str(_mapping(item).get("code")), "message": ""} for item in listed)


def _outputs(groups: object) -> Sequence[RenderedOutput]:
    found = []
    for group in groups if isinstance(groups, list) else []:
        for output in _mapping(group).get("outputDetails") or []:
            details = _mapping(_mapping(output).get("videoDetails"))
            found += [
                RenderedOutput(
                    uri=str(uri),
                    width=_whole(details.get("widthInPx")),
                    height=_whole(details.get("heightInPx")),
                    bitrate=_whole(details.get("averageBitrate")),
                    duration_ms=_whole(_mapping(output).get("durationInMs")),
                )
                for uri in _mapping(output).get("outputFilePaths") or []
            ]
    return found


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _moment(milliseconds: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(str(milliseconds)) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _phase(value: object) -> RenderPhase | None:
    return RenderPhase(value) if isinstance(value, str) and value in RenderPhase.__members__ else None
