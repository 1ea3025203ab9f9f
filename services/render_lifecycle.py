"""The life of a render as one pure table: which status may follow which, and how an event moves progress.

Events come at least once and in any order (EventBridge promises no more), so folding them must end in the
same row whatever the order: the first terminal status wins and progress only grows.
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
    """The state after an event; the same object when the event changes nothing."""
    if is_terminal(state.status):
        return state
    if status is not None and is_terminal(status):
        finished = 100 if status is Status.COMPLETED else state.progress_percent
        return replace(state, status=status, progress_percent=finished, phase=None)
    moved = state
    if status is not None and status in MOVES[state.status]:
        moved = replace(moved, status=status)
    return _progressed(moved, progress_percent, phase, job_retry_count)


def _progressed(
    state: RenderState, percent: int | None, phase: RenderPhase | None, retry_count: int
) -> RenderState:
    """MediaConvert starts again inside one job by counting `retryCount` up: only then may its own percentage
    fall, and even then ours stays where it was."""
    percent = min(max(percent or 0, 0), HIGHEST_UNFINISHED_PERCENT)
    if retry_count < state.job_retry_count:
        return state
    if retry_count == state.job_retry_count and percent < state.progress_percent:
        return state
    return replace(
        state,
        progress_percent=max(state.progress_percent, percent),
        phase=_later_phase(state, phase, retry_count),
        job_retry_count=retry_count,
    )


def _later_phase(state: RenderState, phase: RenderPhase | None, retry_count: int) -> RenderPhase | None:
    if phase is None or state.phase is None or retry_count > state.job_retry_count:
        return phase or state.phase
    order = list(RenderPhase)
    return max(state.phase, phase, key=order.index)
