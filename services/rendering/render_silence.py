"""How long MediaConvert may be silent about a job before the reconciler asks."""

from datetime import datetime, timedelta

import models
from models.statuses import ProductionStatus

# A job in a queue tells nothing until its turn comes.
QUEUED_SILENCE = timedelta(minutes=2)
# Three times the job's StatusUpdateInterval.
PROCESSING_SILENCE = timedelta(seconds=30)


def overdue_at(render: models.Render, heard_at: datetime) -> datetime | None:
    """When silence gets suspicious; None where nothing is awaited: a render that ended, or has no job."""
    if render.job_id is None:
        return None
    if render.status is ProductionStatus.QUEUED:
        return heard_at + QUEUED_SILENCE
    return heard_at + PROCESSING_SILENCE if render.status is ProductionStatus.PROCESSING else None
