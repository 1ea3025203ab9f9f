"""What waits for the client of a response that goes on."""

import asyncio
from uuid import UUID

import orjson
import pytest

from server.transport_http.encoding import ENCODINGS
from server.transport_http.negotiation import Format
from server.transport_http.outbox import Outbox

A, B = UUID(int=1), UUID(int=2)


def drained(outbox):
    chunks = []
    while outbox._waiting:
        chunks.append(outbox._waiting.popitem(last=False)[1])
    return chunks


def test_a_newer_tick_takes_the_place_of_a_waiting_one():
    outbox = Outbox()
    for chunk, tick_of in ((b"a1", A), (b"b1", B), (b"move", None), (b"a2", A), (b"b2", B), (b"b3", B)):
        assert outbox.put(chunk, tick_of)
    assert outbox.waiting_bytes == 8
    assert drained(outbox) == [b"move", b"a2", b"b3"]


def test_ticks_of_one_subject_never_fill_an_outbox_and_moves_are_never_dropped():
    outbox = Outbox(max_bytes=30)
    assert all(outbox.put(b"tick%06d" % number, A) for number in range(1000))
    assert outbox.put(b"move000001")
    assert outbox.put(b"move000002")
    assert not outbox.put(b"move000003")
    assert drained(outbox) == [b"tick000999", b"move000001", b"move000002"]


def test_one_chunk_may_be_larger_than_what_may_wait():
    outbox = Outbox(max_bytes=10)
    assert outbox.put(b"x" * 100)
    assert not outbox.put(b"y")
    outbox.close(b"end")
    assert drained(outbox) == [b"x" * 100, b"end"]
    assert outbox.is_done


async def test_a_waiting_chunk_is_taken_in_order():
    outbox = Outbox()
    taking = asyncio.create_task(outbox.take())
    await asyncio.sleep(0)
    outbox.put(b"1")
    outbox.put(b"2")
    assert [await taking, await outbox.take()] == [b"1", b"2"]
    assert (outbox.waiting_bytes, outbox.is_done) == (0, False)


@pytest.mark.parametrize("format", [Format.EVENT_STREAM, Format.MULTIPART])
def test_no_payload_breaks_its_frame(format):
    encoding = ENCODINGS[format]
    payload = orjson.dumps({"data": "a\nb\r\n--graphql\r\n\u2028"})
    frame = encoding.next(payload)
    assert frame.count(payload) == 1
    assert b"\n" not in payload
