"""Frames are read back by websockets' own parser."""

import orjson
import pytest
from websockets.frames import Opcode
from websockets.protocol import Protocol, Side

from server.transport_ws.ready_frames import NextFrames, next_prefix, text_frame


def read(frames):
    """The messages in these bytes, each of which must be one whole text frame."""
    client = Protocol(Side.CLIENT, max_size=None)
    client.receive_data(frames)
    events = client.events_received()
    assert client.parser_exc is None
    assert all(event.opcode is Opcode.TEXT and event.fin for event in events)
    return [bytes(event.data) for event in events]


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65_535, 65_536, 70_000])
def test_a_frame_of_any_length_is_read_back(length):
    message = b"x" * length
    assert read(text_frame(message)) == [message]


@pytest.mark.parametrize("length", [1, 60, 61, 62, 63, 64, 65_460, 65_500, 200_000])
def test_results_are_spliced_between_id_and_brace(length):
    """The lengths are those about which the header grows."""
    frames = NextFrames()
    payload, other = (orjson.dumps({"data": letter * length}) for letter in "ab")
    asked = [
        ("1", payload),
        ("2", payload),
        ("a longer id", payload),
        ("1", payload),
        ("1", other),
        ("1", payload),
    ]
    sent = b"".join(frames.frame(next_prefix(id), result) for id, result in asked)
    assert [orjson.loads(message) for message in read(sent)] == [
        {"id": id, "type": "next", "payload": orjson.loads(result)} for id, result in asked
    ]


def test_an_id_is_what_the_client_made_it():
    id = 'quote " brace } \\ ünïcode 😀 \u2028'
    message = read(NextFrames().frame(next_prefix(id), b"{}"))[0]
    assert orjson.loads(message) == {"id": id, "type": "next", "payload": {}}


def test_operations_of_the_same_id_share_the_very_bytes():
    frames, payload = NextFrames(), b'{"data":null}'
    first = frames.frame(next_prefix("1"), payload)
    assert frames.frame(next_prefix("1"), payload) is first
    equal = bytes(bytearray(payload))
    assert frames.frame(next_prefix("1"), equal) == first
