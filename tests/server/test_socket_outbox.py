"""The outbox of a socket on a wire that is full and empty as a test wants it."""

import asyncio
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.transport_ws.outbox import Outbox, OutboxFull

SUBJECTS = [UUID(int=number) for number in range(2)]
MAX_BYTES = 400


class TestWire:
    """Takes `room` bytes until it is told of more."""

    __test__ = False

    def __init__(self, room=0):
        self.room, self.is_open, self.overhang = room, True, 0
        self.source = None
        self.written = []

    @property
    def is_writable(self):
        return self.is_open and self.room > 0

    def write(self, frames):
        assert self.is_open
        self.room -= len(frames)
        self.written += frames.decode().split("\n")[:-1]


def frame(*parts):
    return (" ".join(map(str, parts)) + "\n").encode()


puts = st.tuples(st.just("put"), st.sampled_from("AB"), st.sampled_from([None, *SUBJECTS]))
resumes = st.tuples(st.just("resume"), st.integers(1, 100))
actions = st.lists(puts | puts | puts | resumes | st.tuples(st.just("pause")), max_size=60)


@given(actions=actions)
def test_every_transition_once_in_order_and_no_tick_older_than_one_sent(actions):
    wire = TestWire()
    outbox = Outbox(wire, max_bytes=MAX_BYTES)
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
            wire.room = details[0] if details else 0
            outbox.drain()
        assert held(outbox) <= MAX_BYTES
    wire.room = 10**6
    outbox.drain()
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
    wire = TestWire()
    outbox = Outbox(wire, max_bytes=MAX_BYTES)
    for number in range(10_000):
        outbox.put(frame("A", number), "A", SUBJECTS[number % 2])
    wire.room = 100
    outbox.drain()
    assert wire.written == ["A 9998", "A 9999"]


def test_another_operations_tick_of_the_same_subject_is_its_own():
    wire = TestWire()
    outbox = Outbox(wire)
    for operation in "AB":
        outbox.put(frame(operation), operation, SUBJECTS[0])
    wire.room = 100
    outbox.drain()
    assert wire.written == ["A", "B"]


def test_what_the_transport_holds_counts():
    wire = TestWire()
    wire.overhang = MAX_BYTES // 4
    outbox = Outbox(wire, max_bytes=MAX_BYTES)
    for number in range(30):
        outbox.put(frame("A", f"{number:07}"))
    assert held(outbox) == MAX_BYTES - MAX_BYTES // 4
    with pytest.raises(OutboxFull):
        outbox.put(frame("A"))


def test_one_large_frame_does_not_end_a_socket_and_many_do():
    """An answer of more than the bound, right after another that the transport is still writing."""
    wire = TestWire()
    wire.overhang = 100 * MAX_BYTES
    outbox = Outbox(wire, max_bytes=MAX_BYTES)
    outbox.put(frame("x" * 10 * MAX_BYTES))
    outbox.put(frame("complete"))
    outbox.put(frame("y" * 10 * MAX_BYTES))
    with pytest.raises(OutboxFull):
        outbox.put(frame("z" * 10 * MAX_BYTES))


def test_an_operation_that_is_over_leaves_nothing_behind():
    wire = TestWire()
    outbox = Outbox(wire, max_bytes=MAX_BYTES)
    for number in range(3):
        outbox.put(frame("A", number), "A")
        outbox.put(frame("A tick", number), "A", SUBJECTS[0])
        outbox.put(frame("B", number), "B")
    outbox.discard_operation("A")
    assert held(outbox) == outbox._bytes
    outbox.flush()
    assert wire.written == ["B 0", "B 1", "B 2"]


def test_nothing_is_written_or_kept_after_the_wire_has_closed():
    wire = TestWire()
    outbox = Outbox(wire, max_bytes=MAX_BYTES)
    outbox.put(frame("before"))
    wire.is_open, wire.room = False, 100
    for _ in range(1000):
        outbox.put(frame("after"))
    outbox.drain()
    outbox.flush()
    assert (wire.written, held(outbox)) == ([], len(frame("before")))


async def test_who_waits_until_it_is_idle_is_woken_by_the_last_frame_or_the_end():
    wire = TestWire()
    outbox = Outbox(wire)
    outbox.put(frame("A", "x" * 50))
    waiting = [asyncio.create_task(outbox.idle()) for _ in range(2)]
    await asyncio.sleep(0)
    wire.room = 10
    outbox.drain()
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    wire.room = 10
    outbox.drain()
    await asyncio.gather(*waiting)
    wire.room = 0
    last = asyncio.create_task(outbox.idle())
    await asyncio.sleep(0)
    wire.is_open = False
    outbox.discard()
    await last
