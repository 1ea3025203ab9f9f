"""What a socket does with its operations and its readers, on the wire."""

import asyncio
from uuid import UUID

import orjson
import pytest
from structlog.testing import capture_logs

from server.transport_ws.frames import FrameInvalid, read_frame
from server.transport_ws.outbox import MAX_WAITING_BYTES
from tests.live_client import live_client
from tests.slow_socket import fill, outbox_of, slow_client


@pytest.mark.parametrize(
    "known_by",
    [
        {"documentId": "sha256:00"},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "00"}}},
        {"query": "{ a }"},
        {"query": "{ a }", "variables": None, "extensions": None, "operationName": None},
    ],
)
def test_an_operation_is_known_by_its_text_or_by_another_name(known_by):
    request = read_frame(orjson.dumps({"id": "1", "type": "subscribe", "payload": known_by}).decode()).request
    assert (request.query, request.document_id, request.extensions, request.variables) == (
        known_by.get("query"),
        known_by.get("documentId"),
        known_by.get("extensions") or {},
        {},
    )


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ({}, "The query of subscribe must be a string"),
        ({"documentId": ""}, "The query of subscribe must be a string"),
        ({"extensions": {"other": 1}}, "The query of subscribe must be a string"),
        ({"query": 5, "documentId": "sha256:00"}, "The query of subscribe must be a string"),
        ({"documentId": 5}, "The documentId of subscribe must be a string"),
        ({"query": "{ a }", "operationName": 5}, "The operationName of subscribe must be a string"),
        ({"query": "{ a }", "variables": []}, "The variables of subscribe must be an object"),
    ],
)
def test_what_names_no_operation_is_refused(payload, reason):
    with pytest.raises(FrameInvalid, match=reason):
        read_frame(orjson.dumps({"id": "1", "type": "subscribe", "payload": payload}).decode())


async def test_what_is_asked_reaches_the_operation_whole(stage):
    asked = {
        "documentId": "sha256:00",
        "operationName": "A",
        "variables": {"x": 1},
        "extensions": {"clientLibrary": {"name": "any"}},
    }
    async with live_client(stage.origin) as client:
        await client.sign_in()
        await client.send({"id": "1", "type": "subscribe", "payload": asked})
        request = (await stage.begun(1)).request
    assert (request.query, request.document_id, request.operation_name) == (None, "sha256:00", "A")
    assert (request.variables, request.extensions) == (asked["variables"], asked["extensions"])


async def test_an_answer_given_while_the_operation_starts_ends_it(stage):
    def answer(operation):
        operation.sink.next(b'{"data":{"a":1}}')
        operation.sink.complete()
        operation.sink.next(b'{"data":{"a":2}}')
        operation.sink.complete()
        operation.sink.error([{"message": "late"}])

    stage.begin = answer
    async with live_client(stage.origin) as client:
        await client.sign_in()
        for _ in range(2):
            await client.subscribe("1", "{ a }")
            assert await client.next("1") == {"a": 1}
            assert await client.receive() == {"id": "1", "type": "complete"}


async def test_nothing_of_a_completed_operation_is_sent_and_it_is_stopped_once(stage):
    async with live_client(stage.origin) as client:
        await client.sign_in()
        await client.subscribe("1", "subscription { a }")
        first = await stage.begun(1)
        await client.send({"id": "1", "type": "complete"})
        await client.subscribe("1", "subscription { b }")
        await stage.begun(2)
        first.sink.next(b'{"data":{"a":1}}')
        first.sink.complete()
        first.sink.lag()
        stage.operations[1].sink.next(b'{"data":{"b":1}}')
        assert await client.next("1") == {"b": 1}
    await stage.deserted()
    assert [operation.stops for operation in stage.operations] == [1, 1]


async def test_a_failing_start_closes_with_1011(stage):
    def fail(operation):
        raise ZeroDivisionError

    stage.begin = fail
    async with live_client(stage.origin) as client:
        await client.sign_in()
        with capture_logs() as logs:
            await client.subscribe("1", "{ a }")
            assert await client.closed() == (1011, "Internal error")
    assert [line["event"] for line in logs] == ["socket failed"]


async def test_an_operation_that_lags_closes_with_1013(stage):
    async with live_client(stage.origin) as client:
        await client.sign_in()
        await client.subscribe("1", "subscription { a }")
        (await stage.begun(1)).sink.lag()
        assert await client.closed() == (1013, "Too slow; continue after the last cursor")
    await stage.deserted()
    assert stage.operations[0].stops == 1
    assert not stage.watching


async def test_an_answer_of_more_than_may_wait_comes_whole(stage):
    text = "x" * 3 * MAX_WAITING_BYTES
    async with slow_client(stage) as client:
        operation = stage.operations[0]
        operation.sink.next(orjson.dumps({"data": text}))
        operation.sink.complete()
        client.socket.transport.resume_reading()
        assert await client.next("1") == text
        assert await client.receive() == {"id": "1", "type": "complete"}


async def test_a_slow_reader_gets_every_transition_and_the_newest_ticks(stage):
    subjects = [UUID(int=number) for number in range(2)]
    async with slow_client(stage) as client:
        operation = stage.operations[0]
        sent = fill(operation)
        for number in range(1000):
            operation.sink.next(orjson.dumps({"data": [number]}), subjects[number % 2])
        operation.sink.next(b'{"data":"transition"}')
        operation.sink.next(b'{"data":"tick"}', subjects[0])
        assert len(outbox_of(operation)._waiting) == 4
        client.socket.transport.resume_reading()
        told = [await client.next("1") for _ in range(sent + 3)]
    assert told == [*range(sent), [999], "transition", "tick"]


async def test_who_tells_a_long_past_is_held_up_by_its_reader(stage):
    async with slow_client(stage) as client:
        operation = stage.operations[0]
        sent = fill(operation)
        told = asyncio.create_task(operation.sink.writable())
        await asyncio.sleep(0.05)
        assert not told.done()
        client.socket.transport.resume_reading()
        await asyncio.wait_for(told, 20)
        assert outbox_of(operation).is_idle
        assert [await client.next("1") for _ in range(sent)] == list(range(sent))
