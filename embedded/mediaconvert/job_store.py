"""The jobs on disk: one file each, so that they outlive this process.

A job is its `Job` of the service model, and beside it, told to nobody:
`Written`: what its runs have sent to storage so far, as {bucket, folder, names};
`Runs` and `Crashes`: how often it was begun, and how often this process died over it;
`Interrupted`: its last run's end was an orderly stop, or is in `Crashes`;
`CancelAsked`: it is to end CANCELED;
`Ending`: the event of its end, until that is safely in the outbox.
"""

from pathlib import Path
from typing import Any

import orjson

from embedded.mediaconvert.durable_files import set_aside, write_whole

Job = dict[str, Any]


class JobStore:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folder.mkdir(parents=True, exist_ok=True)

    def load(self) -> dict[str, Job]:
        """Every job by its id. A file that holds none is set aside, and keeps no other from running."""
        jobs = {}
        for path in sorted(self._folder.glob("*.json")):
            try:
                job = orjson.loads(path.read_bytes())
                jobs[job["Id"]] = _checked(job)
            except (orjson.JSONDecodeError, KeyError, TypeError, OSError) as error:
                set_aside(path, error)
        return jobs

    def save(self, job: Job) -> None:
        """Raises OSError, with the job as it was saved last still there."""
        write_whole(self._path(job), orjson.dumps(job))

    def forget(self, job: Job) -> None:
        self._path(job).unlink(missing_ok=True)

    def _path(self, job: Job) -> Path:
        return self._folder / f"{job['Id']}.json"


def _checked(job: Job) -> Job:
    """Raises KeyError for a job without what every job has."""
    for name in ("Arn", "Id", "CreatedAt", "Status", "Queue", "Priority", "Settings", "Timing"):
        job[name]
    return job
