from typing import Any

import models
from models.statuses import ProductionStatus, RenderErrorStage, RenderOutputKind, RenderPhase
from services.gateways.media_convert import Job
from services.gateways.object_storage import ObjectStorage
from services.job_settings.render_outputs import render_outputs
from services.rendering.render_events import RenderedOutput, RenderEvent, RenderFailure

STATUS_OF = {
    "PROGRESSING": ProductionStatus.PROCESSING,
    "COMPLETE": ProductionStatus.COMPLETED,
    "ERROR": ProductionStatus.FAILED,
    "CANCELED": ProductionStatus.CANCELED,
}


def event_of_job(render: models.Render, job: Job, storage: ObjectStorage, *, cause: str) -> RenderEvent:
    """What GetJob or ListJobs tell of a job, as the event that would have told it."""
    status = STATUS_OF.get(job.status)
    is_over = status is not None and status is not ProductionStatus.PROCESSING
    return RenderEvent(
        render_id=render.id,
        cause=cause,
        occurred_at=job.finished_at if is_over else job.started_at or job.submitted_at,
        job_id=job.id,
        status=status,
        progress_percent=job.percent,
        phase=_phase(job.phase),
        job_retry_count=job.retry_count,
        queue=job.queue,
        failure=_failure(job) if status is ProductionStatus.FAILED else None,
        warnings=tuple({"code": warning.code, "message": ""} for warning in job.warnings),
        outputs=_outputs(render.settings, job, storage) if render.settings else (),
    )


def _failure(job: Job) -> RenderFailure:
    return RenderFailure(
        code=str(job.error_code or "UNKNOWN"),
        stage=RenderErrorStage.RENDERING,
        message=(job.error_message or "MediaConvert gave no reason.")[:2000],
    )


def _outputs(settings: dict[str, Any], job: Job, storage: ObjectStorage) -> tuple[RenderedOutput, ...]:
    """GetJob names no files; its outputs stand in the request's order, where only the master playlist of an
    HLS group is a file without an output of its own."""
    expected = [output for output in render_outputs(settings) if output.kind is not RenderOutputKind.HLS]
    told = [output for group in job.outputs for output in group]
    if len(expected) != len(told):
        return ()
    return tuple(
        RenderedOutput(
            uri=storage.uri(file.key),
            width=output.width,
            height=output.height,
            bitrate=None,
            duration_ms=output.duration_ms,
        )
        for file, output in zip(expected, told, strict=True)
    )


def _phase(value: str | None) -> RenderPhase | None:
    return RenderPhase(value) if value is not None and value in RenderPhase.__members__ else None
