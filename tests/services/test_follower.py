"""A follower's promises, for every order in which its past, the hub and its listener may take turns."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.live import follower as follower_module
from services.live.follower import MAX_WAITING
from tests.services.follower_world import SUBJECTS, Told, World, step

TOLD = st.builds(Told, is_wanted=st.sampled_from([True] * 4 + [False]), is_allowed=st.just(True))
USUAL = [
    "transition",
    "settled",
    "read",
    "progress",
    "tick",
    "transition settled read",
    "progress tick",
    "step",
    "step",
]
# Thousands of steps cost nothing, and the orders that matter are few among them.
MANY = settings(max_examples=8 * settings.default.max_examples)
KINDS = st.sampled_from(["one", "many", "resumed one", "resumed many"])


def happenings(*more):
    return st.lists(st.tuples(st.sampled_from([*USUAL, *more]), st.integers(0, 2), TOLD), max_size=60)


def worlds():
    return {
        "kind": KINDS,
        "seen": st.lists(st.integers(0, 2), max_size=6),
        "pauses": st.lists(st.integers(0, 4), max_size=12),
    }


@MANY
@given(happens=happenings(), **worlds())
def test_each_transition_is_told_once_and_in_order(happens, **how):
    world = World(**how)
    for happening in happens:
        world.happen(*happening)
    world.finish()
    told = world.notes.transitions
    positions = [change.position for change in told]
    assert positions == sorted(set(positions))
    wanted = [row for row in world.log.rows if world.follow.tells(row)]
    if world.resumed is not None:
        assert positions == [row.position for row in wanted if row.position > world.resumed.position]
    else:
        for subject in world.log.subjects:
            of_it = [row for row in wanted if row.subject_id == subject]
            began = [row for row in of_it if row.position <= world.follow.floor][-1:]
            expected = [*began, *(row for row in of_it if row.position > world.follow.floor)]
            heard = [change.sequence for change in told if change.subject_id == subject]
            assert heard in ([row.sequence for row in expected], [row.sequence for row in expected[1:]])
            assert len(heard) == len(expected) or subject in world.follow.left_out
    check_ticks(world)
    for subject in world.log.subjects:
        latest = world.log.of(subject)[-1]
        if world.follow.tells(latest):
            last = [change for change in world.notes.heard if change.subject_id == subject][-1]
            assert (last.is_tick, last.sequence) == (True, latest.sequence)
            assert last.progress_percent == world.log.progress[subject, latest.sequence]


def check_ticks(world):
    """Progress only grows within a sequence, and is only of the transition told last; where none was told, of
    the last one before the follow begins."""
    began = world.resumed.position if world.resumed else world.follow.floor
    before = [row for row in world.log.rows if row.position <= began]
    told = {row.subject_id: (row.sequence, -1) for row in before}
    for change in world.notes.heard:
        sequence, percent = told.get(change.subject_id, (None, -1))
        if change.is_tick:
            assert change.sequence == sequence
            assert change.progress_percent > percent
        told[change.subject_id] = (change.sequence, change.progress_percent)


@MANY
@given(happens=happenings("leave", "end"), limit=st.integers(1, 6), **worlds())
def test_nothing_is_told_after_the_end(happens, limit, **how):
    """Whatever ends it: the listener's leaving, the viewer's rights, or too much that waits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(follower_module, "MAX_WAITING", limit)
        world = World(**how)
        for happening in happens:
            if happening[0] == "end":
                world.follower.end()
            elif happening[0] == "leave" and not world.notes.ends:
                world.follower.leave()
                world.notes.ends.append("leave")
            world.happen(*happening)
            waiting = world.follower._waiting
            assert waiting is None or len(waiting) <= limit + 1
        world.finish()
    assert len(world.left) == len(world.notes.ends) <= 1
    positions = [change.position for change in world.notes.transitions]
    assert positions == sorted(set(positions))
    check_ticks(world)


def test_more_than_a_thousand_that_wait_are_too_many():
    world = World(kind="one", seen=[], pauses=[])
    step(world.catching_up)
    for _ in range(MAX_WAITING):
        world.happen("transition")
    world.happen("settled read")
    assert (world.notes.ends, world.left) == ([], [])
    world.happen("progress tick")
    assert (world.notes.ends, world.left) == (["lag"], [world.follower]), "a tick waits like anything else"
    world.finish()
    assert world.notes.heard == []


def test_of_the_ticks_that_wait_the_newest_is_told():
    world = World(kind="one", seen=[], pauses=[3])
    while not world.notes.heard:
        world.happen("step")
    for _ in range(2 * MAX_WAITING):
        world.happen("progress tick")
    world.catch_up()
    told = [(change.sequence, change.progress_percent) for change in world.notes.heard]
    assert told == [(1, 0), (1, 7 * 2 * MAX_WAITING)]


def test_a_tick_that_waits_gives_way_to_a_transition():
    world = World(kind="one", seen=[], pauses=[3])
    while not world.notes.heard:
        world.happen("step")
    for what in ("progress tick", "transition settled read", "progress tick"):
        world.happen(what)
    world.catch_up()
    told = [(change.sequence, change.progress_percent) for change in world.notes.heard]
    assert told == [(1, 0), (2, 0), (2, 7)]


def test_one_subjects_ticks_that_wait_are_one_whatever_happens_to_others():
    world = World(kind="many", seen=[], pauses=[3])
    while not world.notes.heard:
        world.happen("step")
    for _ in range(3):
        world.happen("progress tick", 0)
        world.happen("transition settled read", 1)
    world.catch_up()
    ticks = [(change.subject_id, change.progress_percent) for change in world.notes.heard if change.is_tick]
    assert ticks == [(SUBJECTS[0], 21)]


def test_who_leaves_while_changes_wait_is_told_no_more():
    world = World(kind="one", seen=[], pauses=[1, 1])
    while not world.notes.heard:
        world.happen("step")
    for _ in range(3):
        world.happen("transition settled read")
    while len(world.notes.heard) < 2:
        world.happen("step")
    world.follower.leave()
    world.catch_up()
    assert [change.sequence for change in world.notes.heard] == [1, 2]


def test_whoever_is_told_a_long_past_leaves_others_their_turns():
    """Also where its listener is always ready."""
    world = World(kind="resumed many", seen=range(20), pauses=[])
    world.happen("settled")
    heard = [0]
    while step(world.catching_up):
        heard.append(len(world.notes.heard))
    assert heard[-1] > 5
    assert {later - sooner for sooner, later in pairwise(heard)} == {0, 1}
