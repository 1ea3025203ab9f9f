"""One execution for all who are told of a change, in the order of the changes, however long each takes."""

import asyncio
from collections import Counter
from uuid import UUID

import pytest

from server.operations import streams as streams_module
from server.operations.streams import PlainStream, Stream, Streams
from tests.services.follower_world import change_at

SUBJECT, OTHER = UUID(int=1), UUID(int=2)


class Words:
    """Follows changes that are told as what they are."""

    def event_of(self, change):
        return change


class SlowStream(Stream):
    """Executes when it is let."""

    def __init__(self, failing=()):
        super().__init__(None, None, Words(), None)
        self.executed, self._failing = [], failing
        self.has_executed = lambda: None
        self._let = asyncio.Semaphore(0)

    async def payload(self, change):
        await self._let.acquire()
        self.executed.append(change)
        self.has_executed()
        if change in self._failing:
            raise RuntimeError("it cannot be told")
        return named(change)

    async def let_one(self):
        """And let it take up the next."""
        told = asyncio.Event()
        self.has_executed = told.set
        self._let.release()
        await told.wait()
        await asyncio.sleep(0)

    async def let_all(self):
        for _ in range(50):
            self._let.release()
        if self._task is not None:
            await self._task


class Plain:
    """A projection that cannot tell some changes."""

    def __init__(self, failing=()):
        self.made, self._failing = Counter(), failing

    def payload_of(self, event):
        self.made[event.sequence] += 1
        if event in self._failing:
            raise TypeError("not that")
        return named(event)


class Watcher:
    def __init__(self):
        self.told, self.lagged = [], 0

    def send(self, payload, change):
        self.told.append((payload, change))

    def lag(self):
        self.lagged += 1

    @property
    def names(self):
        return [payload.decode() for payload, _ in self.told]


def named(change):
    return f"{change.subject_id.int}.{change.sequence}.{change.progress_percent}".encode()


def transition(sequence, subject=SUBJECT):
    return change_at(sequence, subject, sequence)


def tick(sequence, percent, subject=SUBJECT):
    return change_at(sequence, subject, sequence, percent=percent, is_tick=True)


def tell(stream, watchers, *changes):
    for change in changes:
        for watcher in watchers:
            stream.tell(change, watcher)


async def test_each_change_is_executed_once_and_told_to_all_in_order():
    stream, watchers = SlowStream(), [Watcher() for _ in range(3)]
    changes = [transition(1), tick(1, 5), transition(2), transition(1, OTHER), tick(2, 5)]
    tell(stream, watchers, *changes)
    await stream.let_all()
    expected = ["1.1.0", "1.2.0", "2.1.0", "1.2.5"]
    assert [watcher.names for watcher in watchers] == [expected] * 3
    assert [named(change).decode() for change in stream.executed] == expected, "the old tick is old news"


async def test_of_the_ticks_of_one_subject_that_wait_the_newest_is_executed():
    """Also where a transition before them has been taken up meanwhile."""
    stream, watcher = SlowStream(), Watcher()
    tell(stream, [watcher], transition(1, OTHER), transition(1), tick(1, 5))
    await stream.let_one()
    assert watcher.names == ["2.1.0"]
    tell(stream, [watcher], tick(1, 6), tick(1, 5, OTHER), tick(1, 7))
    await stream.let_all()
    assert watcher.names == ["2.1.0", "1.1.0", "2.1.5", "1.1.7"]


async def test_who_comes_later_is_told_what_comes_later():
    stream, first, second = SlowStream(), Watcher(), Watcher()
    tell(stream, [first], transition(1))
    tell(stream, [first, second], transition(2))
    await stream.let_all()
    assert (first.names, second.names) == (["1.1.0", "1.2.0"], ["1.2.0"])


async def test_what_cannot_be_told_ends_those_it_was_for_and_the_next_is_told():
    failing, fine = transition(1), transition(2)
    stream, first, second = SlowStream([failing]), Watcher(), Watcher()
    tell(stream, [first], failing)
    tell(stream, [second], fine)
    await stream.let_all()
    assert (first.names, first.lagged) == ([], 1)
    assert (second.names, second.lagged) == (["1.2.0"], 0)


class Broken(Watcher):
    def send(self, payload, change):
        raise RuntimeError("ours")


async def test_a_watcher_that_cannot_be_told_is_let_go_and_the_others_go_on():
    stream, broken, fine = SlowStream(), Broken(), Watcher()
    tell(stream, [broken, fine], transition(1), transition(2))
    await stream.let_all()
    assert (broken.lagged, fine.names) == (2, ["1.1.0", "1.2.0"])
    assert not stream.is_busy


async def test_a_bounded_number_waits(monkeypatch):
    monkeypatch.setattr(streams_module, "MAX_WAITING", 3)
    stream, watchers = SlowStream(), [Watcher(), Watcher()]
    tell(stream, watchers, *map(transition, range(1, 6)))
    await stream.let_all()
    assert [watcher.lagged for watcher in watchers] == [2, 2]
    assert [watcher.names for watcher in watchers] == [["1.1.0", "1.2.0", "1.3.0"]] * 2


@pytest.mark.parametrize("count", [1, 3])
async def test_what_has_no_projection_is_executed_and_what_follows_does_not_overtake_it(count):
    failing = transition(2)
    projection, careful = Plain([failing]), SlowStream()
    stream, watchers = PlainStream(projection, Words(), lambda: careful), [Watcher() for _ in range(count)]
    tell(stream, watchers, transition(1), failing, transition(3))
    assert [watcher.names for watcher in watchers] == [["1.1.0"]] * count
    await careful.let_all()
    tell(stream, watchers, transition(4))
    expected = ["1.1.0", "1.2.0", "1.3.0", "1.4.0"]
    assert [watcher.names for watcher in watchers] == [expected] * count
    assert set(projection.made.values()) == {1}


async def test_a_stream_is_there_as_long_as_it_is_joined():
    streams, first, second = Streams(), SlowStream(), SlowStream()
    assert streams.join("key", first) is streams.join("key", second) is first
    streams.leave("key")
    assert len(streams) == 1
    streams.leave("key")
    assert len(streams) == 0
    assert streams.join("key", second) is second
