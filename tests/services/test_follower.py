"""A follower's promises, for every order in which its past, the hub and its listener may take turns.

No database and no event loop: the follow's past is made up, and its coroutine is stepped by hand, so that
each order that is drawn is the order that happens.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.live import Change, Follow, Follower
from services.live import follower as follower_module
from services.live.event_log import Position
from services.live.follower import MAX_WAITING
from services.viewer import Viewer

VIEWER = Viewer(UUID(int=99))
MOMENT = datetime(2026, 11, 25, tzinfo=UTC)
SUBJECTS = [UUID(int=number) for number in (1, 2, 3)]


class Pause:
    """Where a coroutine hands over to whatever happens next."""

    def __await__(self):
        yield


def step(coroutine):
    """Let it run until it pauses; False when it has ended."""
    try:
        coroutine.send(None)
    except StopIteration:
        return False
    return True


@dataclass(frozen=True)
class Told:
    """Whom a change is for."""

    is_wanted: bool = True
    is_allowed: bool = True

    def includes(self, viewer):
        return self.is_allowed


def change_at(place, subject, sequence, told=Told(), *, percent=0, is_tick=False):
    position = Position(place, 1)
    return Change(
        position=position,
        cursor=position.to_cursor(),
        topic_id=subject,
        subject_id=subject,
        sequence=sequence,
        occurred_at=MOMENT,
        audience=told,
        is_tick=is_tick,
        progress_percent=percent,
    )


class Log:
    """The transitions of some subjects, how far they are settled, and how far the hub has read; the progress
    of each render, and what was announced of it and is still on the bus."""

    def __init__(self, subjects):
        self.rows, self.settled, self.read = [], 0, 0
        self.subjects = subjects
        self.progress, self.ticked, self.announced = {}, {}, []
        for subject in subjects:
            self.add(subject, Told())
        self.settle()
        list(self.hub())

    def add(self, subject, told):
        """A transition commits."""
        sequence = len(self.of(subject)) + 1
        self.progress[subject, sequence] = self.ticked[subject, sequence] = 0
        self.rows.append(change_at(len(self.rows) + 1, subject, sequence, told))

    def settle(self):
        """No older transaction is running any more."""
        self.settled = len(self.rows)

    def horizon(self):
        return Position(self.settled, 1)

    def of(self, subject, up_to=None):
        return [row for row in self.rows[:up_to] if row.subject_id == subject]

    def hub(self):
        """The hub reads on: what it tells."""
        for row in self.rows[self.read : self.settled]:
            self.read += 1
            yield row

    def render(self, subject):
        """A render is further on."""
        last = self.of(subject)[-1]
        self.progress[subject, last.sequence] += 7
        self.announced.append((subject, last.sequence, self.progress[subject, last.sequence]))

    def ticks(self, count):
        """What the hub tells of the next announcements: those of the transition it told last, further on."""
        taken, self.announced = self.announced[:count], self.announced[count:]
        for subject, sequence, percent in taken:
            last = self.of(subject, self.read)[-1]
            if last.sequence == sequence and percent > self.ticked[subject, sequence]:
                self.ticked[subject, sequence] = percent
                yield change_at(self.read, subject, sequence, last.audience, percent=percent, is_tick=True)


class MadeUp(Follow):
    """Tells the past as the real ones do, with pauses where they wait for the database."""

    def __init__(self, log, topic_id=None, after=None):
        super().__init__(VIEWER, topic_id, after)
        self.log = log
        self.left_out = set()
        """Subjects whose present state was not told, for it was not wanted, or a later one is on its way."""

    def wants(self, change):
        return change.audience.is_wanted

    def tells(self, change):
        return self.wants(change) and change.audience.includes(self.viewer)

    async def past(self):
        await Pause()
        if self.after is not None:
            position = self.after
            while True:
                rows = self.log.rows[position.transaction_id : self.log.settled]
                await Pause()
                for row in rows[:2]:
                    if self.tells(row):
                        yield row
                has_more = len(rows) > 2
                position = self.floor = rows[:2][-1].position if rows else position
                if not has_more:
                    return
        elif self.topic_id is not None:
            present = self.present(self.topic_id)
            self.floor = present.position
            for change in self.kept([present]):
                yield change
        else:
            self.floor = self.log.horizon()
            await Pause()
            found = [self.present(subject) for subject in self.log.subjects]
            await Pause()
            for change in self.kept(sorted(found, key=lambda change: change.position)):
                yield change

    def kept(self, changes):
        kept = [change for change in changes if change.position <= self.floor and self.tells(change)]
        self.left_out = {change.subject_id for change in changes if change not in kept}
        return kept

    def present(self, subject):
        row = self.log.of(subject)[-1]
        percent = self.log.progress[subject, row.sequence]
        return change_at(row.position.transaction_id, subject, row.sequence, row.audience, percent=percent)


class Notes:
    """A listener that checks as it listens, and takes its time."""

    def __init__(self, pauses=()):
        self.heard, self.ends = [], []
        self._pauses = iter(pauses)

    def take(self, change):
        assert not self.ends, f"told of {change.sequence} after {self.ends}"
        self.heard.append(change)

    async def tell(self, change):
        self.take(change)
        for _ in range(next(self._pauses, 0)):
            await Pause()

    def lag(self):
        assert not self.ends
        self.ends.append("lag")

    def end(self):
        assert not self.ends
        self.ends.append("end")

    @property
    def transitions(self):
        return [change for change in self.heard if not change.is_tick]


class World:
    """One follower of a log, and everything that may happen around it."""

    def __init__(self, *, kind, seen, pauses):
        subjects = SUBJECTS[:1] if kind.endswith("one") else SUBJECTS
        self.log = Log(subjects)
        for number in seen:
            self.log.add(subjects[number % len(subjects)], Told())
        self.resumed = self.log.rows[len(self.log.rows) // 2] if kind.startswith("resumed") else None
        topic = subjects[0] if kind.endswith("one") else None
        self.notes, self.left = Notes(pauses), []
        self.follow = MadeUp(self.log, topic, self.resumed and self.resumed.cursor)
        self.follower = Follower(self.follow, self.notes, self.left.append)
        self.catching_up = self.follower.catch_up()
        self.is_catching_up = True

    def happen(self, what, subject=0, told=Told()):
        subject = self.log.subjects[subject % len(self.log.subjects)]
        if "transition" in what:
            self.log.add(subject, told)
        if "settled" in what:
            self.log.settle()
        if "read" in what:
            self.hear(self.log.hub())
        if "progress" in what:
            self.log.render(subject)
        if "tick" in what:
            self.hear(self.log.ticks(1))
        if "step" in what and self.is_catching_up:
            self.is_catching_up = step(self.catching_up)

    def hear(self, changes):
        for change in changes:
            self.follower.hear(change)

    def catch_up(self):
        while self.is_catching_up:
            self.happen("step")

    def finish(self):
        """All is settled, read and told; then each render goes on once more."""
        self.happen("settled read")
        self.catch_up()
        for subject in self.log.subjects:
            self.log.render(subject)
        self.hear(self.log.ticks(None))


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


@given(allowed=st.lists(st.booleans(), min_size=1, max_size=30), steps=st.lists(st.integers(0, 2)))
def test_what_may_not_be_seen_is_not_told(allowed, steps):
    """And ends nothing by itself: rights are read for many at once, and who has joined since was not asked
    about."""
    world = World(kind="resumed one", seen=[], pauses=[])
    for is_allowed, count in zip(allowed, [*steps, *[0] * len(allowed)], strict=False):
        world.happen("transition settled read", told=Told(is_allowed=is_allowed))
        world.happen("progress tick")
        for _ in range(count):
            world.happen("step")
    world.finish()
    expected = [sequence for sequence, is_allowed in enumerate(allowed, 2) if is_allowed]
    assert [change.sequence for change in world.notes.transitions] == expected
    assert {change.sequence for change in world.notes.heard} == set(expected)
    assert world.notes.ends == []


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
