"""The example events of MediaConvert as those of a render of ours."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import models
from models.statuses import ProductionStatus
from tests.factories import make_production, make_user

EXAMPLES = Path(__file__).parent / "services" / "media_convert_events"
JOB_ID = "1760000000000-abc123"
HOPELESS_ERROR = 1040
STORY = [
    "01_progressing",
    "02_input_information",
    "03_status_update",
    "04_status_update",
    "08_new_warning",
    "09_queue_hop",
]
ENDINGS = {
    "05_complete": ProductionStatus.COMPLETED,
    "06_error": ProductionStatus.FAILED,
    "07_canceled": ProductionStatus.CANCELED,
}


def job_event(name: str, render_id: UUID, environment: str = "test") -> dict[str, Any]:
    """The example as EventBridge sends it; the error is one that trying again does not help."""
    envelope: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text())
    if "errorCode" in envelope["detail"]:
        envelope["detail"]["errorCode"] = HOPELESS_ERROR
    envelope["detail"]["userMetadata"] = {"app": "airdate", "env": environment, "renderId": str(render_id)}
    return envelope


async def submitted_render(job_id: str = JOB_ID) -> models.Render:
    """A render whose job is the examples'."""
    production = await make_production(await make_user(), status=ProductionStatus.QUEUED)
    render = await models.Render.get(production_id=production.id)
    render.job_id = job_id
    await render.save()
    return render


async def told(render: models.Render) -> dict[str, Any]:
    """All that is stored of a render and its production, but for the moments."""
    rows: dict[str, Any] = {}
    for model, pk in ((models.Render, render.id), (models.Production, render.production_id)):
        row = await model.get(pk=pk).values()
        rows |= {f"{model.__name__}.{name}": value for name, value in row.items() if not name.endswith("_at")}
    rows["events"] = await models.StatusEvent.filter(subject_id=render.production_id).count()
    return rows


async def ending_of(render: models.Render) -> dict[str, Any]:
    """Where a render got to, whatever the order of its events."""
    row = await models.Render.get(id=render.id)
    production = await models.Production.get(id=render.production_id)
    return {
        "status": (row.status, production.status),
        "percent": (row.progress_percent, production.progress_percent),
        "phase": (row.phase, production.phase),
        "job_id": row.job_id,
        "error": (row.error_code, row.error_stage),
        "warnings": sorted(warning["code"] for warning in row.warnings),
    }
