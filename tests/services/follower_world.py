"""One follower of a made-up log, and everything that may happen around it, step by step.

No database and no event loop: the follow's past is made up, and its coroutine is stepped by hand, so that an
order that is drawn is the order that happens.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from services.live import Change, Follow, Follower
from services.live.event_log import Position
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
