import random
from itertools import permutations

import pytest
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
            assert after.status is state.status
        state = after


@given(st.lists(EVENTS, max_size=8))
def test_an_event_told_twice_changes_nothing_the_second_time(events):
    state = RenderState(Status.QUEUED)
    for event in events:
        state = fold_render_event(state, **event)
        assert fold_render_event(state, **event) == state


@pytest.mark.parametrize("last", [Status.COMPLETED, Status.FAILED, Status.CANCELED])
def test_every_order_of_a_renders_events_ends_the_same(last):
    """All 5040, each with some events told twice."""
    events = [
        {"status": Status.PROCESSING},
        {"status": Status.PROCESSING, "progress_percent": 7, "phase": RenderPhase.TRANSCODING},
        {"status": Status.PROCESSING, "progress_percent": 66, "phase": RenderPhase.UPLOADING},
        {"status": Status.PROCESSING, "progress_percent": None, "job_retry_count": 1},
        {"progress_percent": 5, "phase": RenderPhase.PROBING, "job_retry_count": 1},
        {},
        {"status": last},
    ]
    chance = random.Random(1)
    final = set()
    for order in permutations(events):
        state = RenderState(Status.QUEUED)
        for event in [*order, *chance.choices(order, k=3)]:
            state = fold_render_event(state, **event)
        final.add(state)
    assert final == {RenderState(last, 100 if last is Status.COMPLETED else 66, None, 1)}


@given(
    st.lists(EVENTS.filter(lambda e: not is_terminal(e["status"] or Status.QUEUED)), max_size=7), st.randoms()
)
def test_no_order_matters_before_the_end(events, chance):
    mixed = [*events, *events[:2]]
    chance.shuffle(mixed)
    assert folded(events) == folded(mixed)


def folded(events):
    state = RenderState(Status.QUEUED)
    for event in events:
        state = fold_render_event(state, **event)
    return state


def test_the_first_terminal_status_wins():
    completed = fold_render_event(RenderState(Status.PROCESSING), status=Status.COMPLETED)
    assert fold_render_event(completed, status=Status.FAILED) == completed
    assert fold_render_event(completed, status=Status.CANCELED, progress_percent=3) == completed


def test_progress_stays_below_100_until_completed():
    state = fold_render_event(RenderState(Status.PROCESSING), progress_percent=100)
    assert state.progress_percent == 99


def test_a_new_try_inside_the_job_keeps_the_shown_progress():
    state = fold_render_event(
        RenderState(Status.PROCESSING), progress_percent=60, phase=RenderPhase.UPLOADING
    )
    again = fold_render_event(state, progress_percent=5, phase=RenderPhase.PROBING, job_retry_count=1)
    assert again == RenderState(Status.PROCESSING, 60, RenderPhase.PROBING, 1)
    late = fold_render_event(again, progress_percent=50, phase=RenderPhase.UPLOADING)
    assert late == again


def test_how_far_a_failed_render_had_come_may_be_told_late():
    failed = fold_render_event(RenderState(Status.PROCESSING, 10), status=Status.FAILED)
    assert fold_render_event(failed, progress_percent=40) == RenderState(Status.FAILED, 40)
