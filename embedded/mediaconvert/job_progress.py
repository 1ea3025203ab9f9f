"""Progress of a running job as STATUS_UPDATE events: one a second, and one for each new phase.

MediaConvert sends one every StatusUpdateInterval, ten seconds at least; here nobody pays for them.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from embedded.mediaconvert.engine import TRANSCODED_FROM, UPLOADED_FROM, Progress
from embedded.mediaconvert.events import job_event

REPORT_SECONDS = 1.0
# Each phase from what percentage of the whole to which.
PHASES = {
    "PROBING": (0, TRANSCODED_FROM),
    "TRANSCODING": (TRANSCODED_FROM, UPLOADED_FROM),
    "UPLOADING": (UPLOADED_FROM, 100),
}


class ProgressReporter:
    """Called by the engine with each step. Within a run percent and phase only grow, and stay below 100."""

    def __init__(self, job: dict[str, Any], tell: Callable[[dict[str, Any]], object]) -> None:
        self._job = job
        self._tell = tell
        self._now = Progress("PROBING", 0, 0)

    def __call__(self, progress: Progress) -> None:
        order = list(PHASES)
        is_next_phase = order.index(progress.phase) > order.index(self._now.phase)
        self._now = Progress(
            phase=progress.phase if is_next_phase else self._now.phase,
            percent=min(99, max(progress.percent, self._now.percent)),
            frames_decoded=max(progress.frames_decoded, self._now.frames_decoded),
        )
        self._job["JobPercentComplete"] = self._now.percent
        self._job["CurrentPhase"] = self._now.phase
        if is_next_phase:
            self._tell(self._event())

    async def every_second(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(REPORT_SECONDS)
            self._tell(self._event())

    def _event(self) -> dict[str, Any]:
        return job_event(
            self._job,
            "STATUS_UPDATE",
            framesDecoded=self._now.frames_decoded,
            jobProgress={
                "phaseProgress": self._phases(),
                "jobPercentComplete": self._now.percent,
                "currentPhase": self._now.phase,
                "retryCount": self._job["RetryCount"],
            },
        )

    def _phases(self) -> dict[str, dict[str, Any]]:
        told: dict[str, dict[str, Any]] = {}
        status = "COMPLETE"
        for phase, (start, end) in PHASES.items():
            if phase == self._now.phase:
                share = (self._now.percent - start) / (end - start)
                told[phase] = {
                    "status": "PROGRESSING",
                    "percentComplete": max(0, min(99, round(100 * share))),
                }
                status = "PENDING"
            else:
                told[phase] = {"status": status, "percentComplete": 100 if status == "COMPLETE" else 0}
        return told
