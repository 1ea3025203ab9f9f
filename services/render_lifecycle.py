"""The life of a render as one pure table: which status may follow which, and how an event moves progress.

Events come at least once and in any order (EventBridge promises no more), so folding them must end in the
same row whatever the order. All but the status is a maximum, which no order and no repetition can change:
of the percentage, of MediaConvert's own retry count, of the phase within that. Of the terminal statuses the
first wins.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from models.statuses import ProductionStatus as Status
from models.statuses import RenderPhase

MOVES: Mapping[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset({Status.PROCESSING, Status.COMPLETED, Status.FAILED, Status.CANCELED}),
    Status.PROCESSING: frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELED}),
    Status.COMPLETED: frozenset(),
    Status.FAILED: frozenset(),
    Status.CANCELED: frozenset(),
}
TERMINAL = frozenset(status for status, following in MOVES.items() if not following)
UNFINISHED = tuple(status for status, following in MOVES.items() if following)
HIGHEST_UNFINISHED_PERCENT = 99


@dataclass(frozen=True)
class RenderState:
    status: Status
    progress_percent: int = 0
    phase: RenderPhase | None = None
    job_retry_count: int = 0


def is_terminal(status: Status) -> bool:
    return status in TERMINAL


def fold_render_event(
    state: RenderState,
    *,
    status: Status | None = None,
    progress_percent: int | None = None,
    phase: RenderPhase | None = None,
    job_retry_count: int = 0,
) -> RenderState:
    """The state after an event; equal to the one before when the event changes nothing.

    A late event may still tell how far a render had come that failed.
    """
    moved = status if status is not None and status in MOVES[state.status] else state.status
    return replace(
        state,
        status=moved,
        progress_percent=_percent(moved, state.progress_percent, progress_percent or 0),
        phase=None if is_terminal(moved) else _later_phase(state, phase, job_retry_count),
        job_retry_count=max(state.job_retry_count, job_retry_count),
    )


def _percent(status: Status, shown: int, told: int) -> int:
    """MediaConvert starts again inside one job by counting `retryCount` up, and its own percentage falls:
    ours stays where it was."""
    if status is Status.COMPLETED:
        return 100
    return max(shown, min(told, HIGHEST_UNFINISHED_PERCENT))


def _later_phase(state: RenderState, phase: RenderPhase | None, retry_count: int) -> RenderPhase | None:
    """The furthest phase of the latest try inside the job."""
    if retry_count != state.job_retry_count:
        return phase if retry_count > state.job_retry_count else state.phase
    if phase is None or state.phase is None:
        return phase or state.phase
    return max(state.phase, phase, key=list(RenderPhase).index)
