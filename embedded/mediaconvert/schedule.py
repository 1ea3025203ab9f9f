"""Which jobs may run now."""

from collections.abc import Container, Sequence
from typing import Any

from embedded.mediaconvert.job_store import Job

UNFINISHED = ("SUBMITTED", "PROGRESSING")
MAX_CRASHES = 3


def startable(jobs: Sequence[Job], queues: Sequence[dict[str, Any]], running: Container[str]) -> list[Job]:
    """Of each queue as many as it has room for: the highest priority first, then the oldest.

    `jobs` are the oldest first, `running` the ids of those that run. A job's last try is had alone, so that
    none is given up for what another one beside it did to this process.
    """
    unfinished = [job for job in jobs if job["Status"] in UNFINISHED]
    in_progress = [job for job in unfinished if job["Id"] in running]
    found: list[Job] = []
    for queue in queues:
        own = [job for job in unfinished if job["Queue"] == queue["Arn"]]
        waiting = [job for job in own if job["Id"] not in running]
        room = queue["ConcurrentJobs"] - (len(own) - len(waiting))
        if queue["Status"] == "ACTIVE" and room > 0:
            found += sorted(waiting, key=lambda job: -job["Priority"])[:room]
    alone = next((job for job in [*in_progress, *found] if is_last_try(job)), None)
    if alone is None:
        return found
    return [] if in_progress else [alone]


def is_last_try(job: Job) -> bool:
    return bool(job.get("Crashes", 0) == MAX_CRASHES - 1)
