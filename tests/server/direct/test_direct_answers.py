"""Requests that are answered past ASGI, on the wire: no client sees which way its answer came."""

import pytest
import uvicorn
from uvicorn.server import ServerState

from server.front import Front
from server.transport_http.connection import StreamableProtocol
from tests.direct_server import ToldView, alike, parts_of, posted
from tests.waiting import until

GET = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"
MIB = 1024 * 1024


@pytest.mark.parametrize("headers", [(), ("connection: close",), ("connection: keep-alive",)])
@pytest.mark.parametrize("version", ["1.0", "1.1"])
async def test_both_ways_write_the_same(server, headers, version):
    told = []
    for way in ("direct", "asgi"):
        async with server.client() as client:
            path = "/graphql" if way == "direct" else "/graphql?"
            client.send(posted("a", *headers, path=path, version=version))
            answer = await client.answer()
            told.append(alike(answer))
            is_kept = version == "1.1" and headers != ("connection: close",)
            assert answer["connection"] == (None if is_kept else "close")
            if is_kept:
                client.send(posted("b"))
                assert (await client.answer()).body == '"b"'
            else:
                assert await client.end() == b""
        await server.deserted()
    assert told[0] == told[1]
    assert [way for way, what in server.view.asked if what == "a"] == ["direct", "asgi"]


async def test_both_ways_read_the_same(server, client):
    for path in ("/graphql", "/graphql?"):
        client.send(posted("a", "X-Some: one", "x-some: more", path=path))
        await client.answer()
    assert [way for way, _ in server.view.asked] == ["direct", "asgi"]
    expected = {b"host": b"x", b"content-length": b"1", b"x-some": b"one, more"}
    assert server.view.headers == [expected, expected]


async def test_an_answer_is_one_write(server, client, monkeypatch):
    client.send(posted("first"))
    first = await client.answer()
    answered = server.api.server_state.total_requests
    (connection,) = server.api.server_state.connections
    written = []
    monkeypatch.setattr(connection, "transport", Listening(connection.transport, written))
    client.send(posted("second"))
    second = await client.answer()
    (whole,) = written
    assert whole.startswith(b"HTTP/1.1 200 OK\r\ndate: ")
    assert whole.endswith(b'\r\n\r\n"second"')
    assert first["x-request-id"] != second["x-request-id"]
    assert server.api.server_state.total_requests == answered + 1


class Listening:
    def __init__(self, transport, written):
        self._transport, self._written = transport, written

    def __getattr__(self, name):
        return getattr(self._transport, name)

    def write(self, data):
        self._written.append(data)
        self._transport.write(data)


async def test_the_date_is_uvicorns_own(server, client, monkeypatch):
    async def no_tick(counter):
        return server.api.should_exit

    monkeypatch.setattr(server.api, "on_tick", no_tick)
    for day in ("Thu, 01 Jan 1970", "Fri, 02 Jan 1970"):
        server.api.server_state.default_headers = [(b"date", day.encode()), (b"x-more", b"of uvicorn")]
        client.send(posted("a"))
        answer = await client.answer()
        assert answer.headers[:2] == [("date", day), ("x-more", "of uvicorn")]


async def test_requests_in_one_piece_are_answered_in_their_order(server, client):
    client.send(posted("later 1"), posted("b"), GET, posted("later 2"), posted("c", "connection: close"))
    await server.asked(1)
    assert server.view.asked == [("direct", "later 1")]
    server.view.released["later 1"].set()
    server.view.released["later 2"].set()
    answers = [await client.answer() for _ in range(5)]
    assert [answer.body for answer in answers] == ['"later 1"', '"b"', "Not Found", '"later 2"', '"c"']
    assert await client.end() == b""
    assert [what for _, what in server.view.asked] == ["later 1", "b", "later 2", "c"]
    await server.deserted()


async def test_one_that_comes_before_an_earlier_answer_waits_for_it(server, client):
    client.send(posted("by asgi"))
    assert (await client.answer()).body == '"by asgi"'
    client.send(posted("later"))
    await server.asked(2)
    client.send(posted("b"))
    (connection,) = server.api.server_state.connections

    async def is_queued():
        return bool(connection.pipeline)

    await until(is_queued)
    assert server.view.asked == [("asgi", "by asgi"), ("direct", "later")]
    server.view.released["later"].set()
    assert [(await client.answer()).body for _ in range(2)] == ['"later"', '"b"']
    client.send(posted("c"))
    assert (await client.answer()).body == '"c"'
    assert server.view.asked[2:] == [("asgi", "b"), ("direct", "c")]


@pytest.mark.parametrize(
    ("request_", "way"),
    [
        (posted("by asgi"), "asgi"),
        (posted("a", path="/graphql?x=y"), "asgi"),
        (posted("a", "expect: 100-continue"), "asgi"),
        (posted("a", "upgrade: h2c", "connection: upgrade"), "asgi"),
        (b"".join(parts_of("a", method="PUT")), "asgi"),
        (b"".join(parts_of("", method="HEAD")), "asgi"),
        (
            b"POST /graphql HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
            "direct",
        ),
    ],
    ids=["left to it", "address", "expect", "upgrade", "method", "head", "chunked"],
)
async def test_what_goes_which_way(server, client, request_, way):
    client.send(request_)
    if b"100-continue" in request_:
        assert (await client.answer()).status == 100
    answer = await client.answer(has_body=not request_.startswith(b"HEAD"))
    assert answer.status == 200
    assert [way for way, _ in server.view.asked] == [way]
    client.send(posted("next", "connection: close"))
    assert (await client.answer()).body == '"next"'
    assert await client.end() == b""


async def test_who_does_not_read_holds_up_what_is_written(server, client):
    server.view.size = 4 * MIB
    client.transport.pause_reading()
    client.send(posted("a"))
    (connection,) = server.api.server_state.connections

    async def is_stuck():
        return connection.flow.write_paused

    await until(is_stuck)
    length = len('"a"') * server.view.size
    client.send(posted("b"), posted("c"))
    await server.asked(2)
    assert 0 < server.held <= length + 1024
    client.transport.resume_reading()
    for each in "abc":
        assert (await client.answer()).body == f'"{each}"' * server.view.size
    assert server.view.asked == [("direct", "a"), ("asgi", "b"), ("asgi", "c")]


@pytest.mark.parametrize("settings", [{"access_log": True}, {"root_path": "/x"}, {"limit_concurrency": 9}])
async def test_what_it_does_not_do_is_refused(settings):
    app = Front(ToldView(), None)
    config = uvicorn.Config(app, lifespan="off", **{"access_log": False, "proxy_headers": False} | settings)
    config.load()
    with pytest.raises(RuntimeError, match="neither logged, limited nor moved"):
        StreamableProtocol(config, ServerState(), {})
