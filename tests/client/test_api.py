import asyncio

import aiohttp
import pytest
from aiohttp import WSMsgType, web

from client.api import PROTOCOL, TIMEOUT, Api, ApiError, ServerFault
from client.once import key_of, made_once
from client.patience import STABLE_SECONDS, Patience
from tests.local_server import serving

DOCUMENT = "subscription ($id: ID!, $after: String) { ticks(id: $id, after: $after) { cursor } }"


class Live:
    """A graphql-transport-ws server that plays one script a connection: cursors, then how it ends."""

    def __init__(self, *scripts):
        self.scripts, self.subscribed, self.greetings = list(scripts), [], []

    async def serve(self, request):
        cursors, ending = self.scripts.pop(0) if self.scripts else ([], 1012)
        socket = web.WebSocketResponse(protocols=[PROTOCOL])
        await socket.prepare(request)
        self.greetings.append((socket.ws_protocol, await socket.receive_json()))
        if ending == 4401:
            await socket.close(code=4401)
            return socket
        await socket.send_json({"type": "ping"})
        assert await socket.receive_json() == {"type": "pong"}
        await socket.send_json({"type": "connection_ack"})
        subscribe = await socket.receive_json()
        self.subscribed.append(subscribe["payload"]["variables"])
        for cursor in cursors:
            payload = {"data": {"ticks": {"cursor": cursor}}}
            await socket.send_json({"id": subscribe["id"], "type": "next", "payload": payload})
        if ending == "cut":
            request.transport.abort()
        elif isinstance(ending, int):
            await socket.close(code=ending)
        else:
            await socket.send_json({"id": subscribe["id"], **ending})
            async for message in socket:
                assert message.type is WSMsgType.TEXT
        return socket


async def followed(live, **patience):
    cursors = []
    async with (
        serving(web.get("/graphql", live.serve)) as origin,
        aiohttp.ClientSession(timeout=TIMEOUT) as session,
    ):
        api = Api(session, origin, "secret")
        patient = Patience(first_delay=0.01, **patience)
        async for event in api.follow(DOCUMENT, "ticks", patience=patient, id="p"):
            cursors.append(event["cursor"])
    return cursors


async def test_a_lost_connection_is_continued_after_the_last_cursor():
    live = Live((["1", "2"], "cut"), ([], 1012), (["3"], 1013), (["4"], {"type": "complete"}))
    assert await followed(live) == ["1", "2", "3", "4"]
    assert live.subscribed == [{"id": "p", "after": after} for after in (None, "2", "2", "3")]
    greeting = (PROTOCOL, {"type": "connection_init", "payload": {"authorization": "Bearer secret"}})
    assert live.greetings == [greeting] * 4


async def test_patience_ends():
    live = Live((["1"], 1012))
    with pytest.raises(ApiError, match=r"^The live connection was lost: closed with 1012$"):
        await followed(live, seconds=0.1, last_delay=0.05)
    assert len(live.subscribed) > 2


async def test_a_refused_sign_in_and_a_refused_subscription_end_it():
    live = Live(([], 4401))
    with pytest.raises(ApiError, match=r"^The server closed the live connection \(4401\)\.$"):
        await followed(live)
    live = Live(([], {"type": "error", "payload": [{"message": "No such production."}]}))
    with pytest.raises(ApiError, match=r"^No such production\.$"):
        await followed(live)
    assert len(live.greetings) == 1


async def test_an_address_that_is_no_live_endpoint_is_said_at_once():
    async with serving() as origin, aiohttp.ClientSession() as session:
        with pytest.raises(ApiError, match=r"^The live connection was lost: 404"):
            async with asyncio.timeout(5):
                await anext(Api(session, origin, "t").follow(DOCUMENT, "ticks", id="p"))


async def test_silence_outlasts_the_limits_of_ordinary_answers():
    async def silent(request):
        socket = web.WebSocketResponse(protocols=[PROTOCOL])
        await socket.prepare(request)
        await socket.receive_json()
        await socket.send_json({"type": "connection_ack"})
        await socket.receive_json()
        await asyncio.sleep(0.6)
        await socket.send_json({"id": "1", "type": "next", "payload": {"data": {"ticks": {"cursor": "1"}}}})
        await socket.close()
        return socket

    timeout = aiohttp.ClientTimeout(total=None, sock_read=0.2)
    async with (
        serving(web.get("/graphql", silent)) as origin,
        aiohttp.ClientSession(timeout=timeout) as session,
    ):
        # On a busy machine the hand-shake itself may take too long, and is tried again; silence never passes.
        patience = Patience(seconds=20, first_delay=0)
        events = Api(session, origin, "t").follow(DOCUMENT, "ticks", patience=patience, id="p")
        assert await anext(events) == {"cursor": "1"}
        await events.aclose()


def test_a_connection_that_stood_renews_patience():
    patience = Patience(seconds=0.0)
    assert not patience.is_left()
    patience = Patience(first_delay=1, last_delay=3)
    assert [patience.next_delay() for _ in range(4)] == [1, 2, 3, 3]
    patience.renew_after(STABLE_SECONDS - 1)
    assert patience.next_delay() == 3
    patience.renew_after(STABLE_SECONDS)
    assert patience.next_delay() == 1


async def answered(*answers):
    """What `made_once` makes of these answers, and the keys it sent."""
    keys, left = [], list(answers)

    async def graphql(request):
        assert request.headers["authorization"] == "Bearer t"
        keys.append((await request.json())["variables"]["input"]["idempotencyKey"])
        answer = left.pop(0)
        return answer if isinstance(answer, web.Response) else web.json_response(answer)

    async with serving(web.post("/graphql", graphql)) as origin, aiohttp.ClientSession() as session:
        api = Api(session, origin, "t")
        made = await made_once(api, "mutation", "createUpload", "upload", {"a": 1}, ("READY",))
    return made, keys


def upload(status):
    return {"data": {"createUpload": {"upload": {"id": status, "status": status}, "userErrors": []}}}


FAULT = {"errors": [{"message": "Broken.", "extensions": {"code": "INTERNAL"}}]}


async def test_the_same_input_finds_what_it_made():
    assert await answered(upload("READY")) == ({"id": "READY", "status": "READY"}, [key_of({"a": 1})])
    assert key_of({"a": 1, "b": 2}) == key_of({"b": 2, "a": 1}) != key_of({"a": 1})


async def test_what_is_of_no_use_is_made_anew():
    made, keys = await answered(upload("EXPIRED"), upload("AWAITING_BYTES"))
    assert made["id"] == "AWAITING_BYTES"
    assert keys[0] == key_of({"a": 1})
    assert keys[1] != keys[0]


async def test_a_fault_is_told_and_nothing_made_twice():
    with pytest.raises(ServerFault, match=r"^Broken\.$"):
        await answered(FAULT, upload("READY"))


REFUSED = {
    "data": {
        "createUpload": {
            "upload": None,
            "userErrors": [
                {"code": "BYTE_SIZE_INVALID", "message": "Too large.", "path": ["input", "byteSize"]},
                {"code": "OTHER", "message": "Odd.", "path": []},
            ],
        }
    }
}


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (REFUSED, r"^byteSize: Too large\. \(BYTE_SIZE_INVALID\)\ninput: Odd\. \(OTHER\)$"),
        ({"errors": [{"message": "Sign in."}], "data": None}, r"^Sign in\.$"),
        ({"detail": "x"}, r"/graphql does not answer as a GraphQL server does\.$"),
        (web.Response(text="<html>", content_type="text/html"), r"does not answer as a GraphQL server does"),
        (web.Response(text="{", content_type="application/json"), r"/graphql does not answer in JSON\.$"),
    ],
)
async def test_every_wrong_answer_is_one_clear_error(answer, message):
    with pytest.raises(ApiError, match=message):
        await answered(answer)
