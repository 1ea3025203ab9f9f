from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from models.statuses import ProductionStatus as Status
from models.statuses import RenderPhase
from services.render_lifecycle import MOVES, RenderState, fold_render_event, is_terminal

EVENTS = st.fixed_dictionaries(
    {
        "status": st.sampled_from([None, *Status]),
        "progress_percent": st.none() | st.integers(-5, 120),
        "phase": st.none() | st.sampled_from(RenderPhase),
        "job_retry_count": st.integers(0, 2),
    }
)


@given(st.lists(EVENTS, max_size=12))
def test_moves_only_as_the_table_allows_and_never_back(events):
    state = RenderState(Status.QUEUED)
    for event in events:
        after = fold_render_event(state, **event)
        assert after.status is state.status or after.status in MOVES[state.status]
        assert after.progress_percent >= state.progress_percent
        assert (after.progress_percent == 100) == (after.status is Status.COMPLETED)
        if is_terminal(state.status):
            assert after is state
        state = after


@given(st.lists(EVENTS, max_size=8))
def test_an_event_told_twice_changes_nothing_the_second_time(events):
    state = RenderState(Status.QUEUED)
    for event in events:
        state = fold_render_event(state, **event)
        assert fold_render_event(state, **event) == state


def test_every_order_of_a_renders_events_ends_the_same():
    events = [
        {"status": Status.PROCESSING},
        {"status": Status.PROCESSING, "progress_percent": 7, "phase": RenderPhase.TRANSCODING},
        {"status": Status.PROCESSING, "progress_percent": 66, "phase": RenderPhase.UPLOADING},
        {"status": Status.PROCESSING, "progress_percent": None},
        {},
        {"status": Status.COMPLETED},
    ]
    final = set()
    for order in permutations(events):
        state = RenderState(Status.QUEUED)
        for event in order:
            state = fold_render_event(state, **event)
        final.add((state.status, state.progress_percent, state.phase))
    assert final == {(Status.COMPLETED, 100, None)}


def test_the_first_terminal_status_wins():
    completed = fold_render_event(RenderState(Status.PROCESSING), status=Status.COMPLETED)
    assert fold_render_event(completed, status=Status.FAILED) is completed
    assert fold_render_event(completed, status=Status.CANCELED) is completed


def test_progress_stays_below_100_until_completed():
    state = fold_render_event(RenderState(Status.PROCESSING), progress_percent=100)
    assert state.progress_percent == 99


def test_a_new_try_inside_the_job_keeps_the_shown_progress():
    state = fold_render_event(RenderState(Status.PROCESSING), progress_percent=60)
    again = fold_render_event(state, progress_percent=5, job_retry_count=1)
    assert (again.progress_percent, again.job_retry_count) == (60, 1)
    assert fold_render_event(again, progress_percent=80, job_retry_count=0) is again
