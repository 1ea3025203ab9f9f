"""The outbox of a socket on a wire that is full and empty as a test wants it."""

import asyncio
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.transport_ws.outbox import Outbox, OutboxFull

SUBJECTS = [UUID(int=number) for number in range(2)]
MAX_BYTES = 400


class TestWire:
    """Takes `room` bytes until it is told of more."""

    __test__ = False

    def __init__(self):
        self.room, self.is_open, self.overhang = 0, True, 0
        self.source = None
        self.written = []

    @property
    def is_writable(self):
        return self.is_open and self.room > 0

    def write(self, frames):
        assert self.is_writable or self.is_flushing
        self.room -= len(frames)
        self.written += frames.decode().split("\n")[:-1]
        if self.room <= 0:
            self.source.pause()

    is_flushing = False

    def takes(self, room):
        """As the transport would: it is told of only when there is room again."""
        was_writable, self.room = self.is_writable, room
        if self.is_writable and not was_writable:
            self.source.drain()
        elif not self.is_writable:
            self.source.pause()

    def closes(self):
        self.is_open = False
        self.source.pause()


def made(max_bytes=MAX_BYTES):
    wire = TestWire()
    wire.source = Outbox(wire, max_bytes=max_bytes)
    return wire, wire.source


def frame(*parts):
    return (" ".join(map(str, parts)) + "\n").encode()


puts = st.tuples(st.just("put"), st.sampled_from("AB"), st.sampled_from([None, *SUBJECTS]))
resumes = st.tuples(st.just("resume"), st.integers(1, 100))
actions = st.lists(puts | puts | puts | resumes | st.tuples(st.just("pause")), min_size=10, max_size=60)


@settings(max_examples=150)
@given(actions=actions)
def test_every_transition_once_in_order_and_no_tick_older_than_one_sent(actions):
    wire, outbox = made()
    put = []
    is_full = False
    for number, (action, *details) in enumerate(actions):
        if action == "put":
            operation, tick_of = details
            put.append((operation, number, tick_of))
            try:
                outbox.put(frame(operation, number), operation, tick_of)
            except OutboxFull:
                is_full = True
                assert held(outbox) + len(frame(operation, number)) > MAX_BYTES
                put.pop()
                break
        else:
            wire.takes(details[0] if details else 0)
        assert held(outbox) <= MAX_BYTES
    wire.takes(10**6)
    assert outbox.is_idle
    assert held(outbox) == outbox._bytes == 0
    sent = [line.split() for line in wire.written]
    for operation in "AB":
        numbers = [int(number) for of, number in sent if of == operation]
        assert numbers == sorted(set(numbers))
        mine = [(number, tick_of) for of, number, tick_of in put if of == operation]
        transitions = [number for number, tick_of in mine if tick_of is None]
        assert [number for number in numbers if number in transitions] == transitions
        if not is_full:
            newest = {tick_of: number for number, tick_of in mine}
            assert set(newest.values()) <= set(numbers)


def held(outbox):
    return sum(map(len, outbox._waiting.values()))


def test_ticks_take_no_room_beside_each_other():
    wire, outbox = made()
    for number in range(10_000):
        outbox.put(frame("A", number), "A", SUBJECTS[number % 2])
    wire.takes(100)
    assert wire.written == ["A 9998", "A 9999"]


def test_another_operations_tick_of_the_same_subject_is_its_own():
    wire, outbox = made()
    for operation in "AB":
        outbox.put(frame(operation), operation, SUBJECTS[0])
    wire.takes(100)
    assert wire.written == ["A", "B"]


def test_what_the_transport_holds_counts():
    wire, outbox = made()
    wire.overhang = MAX_BYTES // 4
    for number in range(30):
        outbox.put(frame("A", f"{number:07}"))
    assert held(outbox) == MAX_BYTES - MAX_BYTES // 4
    with pytest.raises(OutboxFull):
        outbox.put(frame("A"))


def test_one_large_frame_does_not_end_a_socket_and_many_do():
    """An answer of more than the bound, right after another that the transport is still writing."""
    wire, outbox = made()
    wire.overhang = 100 * MAX_BYTES
    outbox.put(frame("x" * 10 * MAX_BYTES))
    outbox.put(frame("complete"))
    outbox.put(frame("y" * 10 * MAX_BYTES))
    with pytest.raises(OutboxFull):
        outbox.put(frame("z" * 10 * MAX_BYTES))


def test_an_operation_that_is_over_leaves_nothing_behind():
    wire, outbox = made()
    for number in range(3):
        outbox.put(frame("A", number), "A")
        outbox.put(frame("A tick", number), "A", SUBJECTS[0])
        outbox.put(frame("B", number), "B")
    outbox.discard_operation("A")
    assert held(outbox) == outbox._bytes
    wire.is_flushing = True
    outbox.flush()
    assert wire.written == ["B 0", "B 1", "B 2"]


def test_nothing_is_written_or_kept_after_the_wire_has_closed():
    wire, outbox = made()
    outbox.put(frame("before"))
    wire.closes()
    for _ in range(1000):
        outbox.put(frame("after"))
    outbox.drain()
    outbox.flush()
    assert (wire.written, held(outbox)) == ([], len(frame("before")))


async def test_who_waits_until_it_is_idle_is_woken_by_the_last_frame_or_the_end():
    wire, outbox = made()
    outbox.put(frame("A", "x" * 50))
    waiting = [asyncio.create_task(outbox.idle()) for _ in range(2)]
    await asyncio.sleep(0)
    wire.takes(10)
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    wire.takes(10)
    await asyncio.gather(*waiting)
    wire.takes(0)
    last = asyncio.create_task(outbox.idle())
    await asyncio.sleep(0)
    wire.closes()
    outbox.discard()
    await last
