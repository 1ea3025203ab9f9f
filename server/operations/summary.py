"""What became of reads, in a line of the log now and then."""

import asyncio

import structlog

from planner.planner import Counts

log = structlog.get_logger()
EVERY_SECONDS = 300.0
MOST_REASONS = 10


class Summary:
    """Tells the counts since the start, some time after something was counted."""

    def __init__(self, counts: Counts, every_seconds: float = EVERY_SECONDS) -> None:
        self._counts, self._every_seconds = counts, every_seconds
        self._is_due = False

    def heed(self) -> None:
        """An operation was counted: it is told of within `every_seconds`, with all that come meanwhile."""
        if not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_later(self._every_seconds, self._tell)

    def _tell(self) -> None:
        self._is_due = False
        fell_back = self._counts.fell_back
        log.info(
            "reads since the start",
            planned=self._counts.planned,
            fell_back=fell_back.total(),
            reasons=dict(fell_back.most_common(MOST_REASONS)),
        )
