"""Requests that are answered past ASGI, on the wire: no client sees which way its answer came."""

import asyncio

import pytest
import uvicorn
from structlog.testing import capture_logs
from uvicorn.server import ServerState

from server.front import Front
from server.transport_http.connection import StreamableProtocol
from tests.direct_server import ToldView, direct_server, parts_of, posted
from tests.waiting import until

GET = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"
MIB = 1024 * 1024


@pytest.fixture(scope="module")
async def lasting():
    async with direct_server() as server:
        yield server


@pytest.fixture
async def server(lasting):
    lasting.view.forget()
    yield lasting
    await lasting.deserted()


@pytest.fixture
async def ending():
    """One that may be ended."""
    async with direct_server() as server:
        yield server


@pytest.fixture
async def client(server):
    async with server.client() as client:
        yield client


def alike(answer):
    """All of it but what differs between two answers that are alike."""
    names = [name for name, _ in answer.headers]
    named = {**dict(answer.headers), "date": "now", "x-request-id": "some"}
    return answer.status, names, named, answer.body


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


@pytest.mark.parametrize("path", ["/graphql", "/graphql?"])
async def test_a_body_may_come_in_chunks(server, client, path):
    told = "by asgi" * 100 if path == "/graphql" else "chunks" * 100
    head = f"POST {path} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n".encode()
    client.send(head, *(f"1\r\n{each}\r\n".encode() for each in told), b"0\r\n\r\n")
    assert (await client.answer()).body == f'"{told}"'
    assert server.view.asked == [("direct" if path == "/graphql" else "asgi", told)]


async def test_a_body_that_comes_after_its_head_is_waited_for_by_asgi(server, client):
    head, body = parts_of("in two pieces")
    client.send(head, body[:2])

    async def is_begun():
        return bool(server.api.server_state.tasks)

    await until(is_begun)
    client.send(body[2:], posted("next"))
    assert [(await client.answer()).body for _ in range(2)] == ['"in two pieces"', '"next"']
    assert server.view.asked[0] == ("asgi", "in two pieces")


async def test_who_has_gone_before_the_answer_is_no_error(server):
    with capture_logs() as logs:
        async with server.client() as client:
            client.send(posted("later"))
            await server.asked(1)

        async def is_gone():
            return not server.api.server_state.connections

        await until(is_gone)
        assert len(server.api.server_state.tasks) == 1
        answered = server.api.server_state.total_requests
        server.view.released["later"].set()
        await server.deserted()
    assert logs == []
    assert server.api.server_state.total_requests == answered


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


@pytest.mark.parametrize("bug", ["bug", "later bug"])
async def test_a_bug_is_told_by_the_requests_id(server, client, bug):
    server.view.released[bug].set()
    with capture_logs() as logs:
        # The connection ends with it: what came behind it is not run.
        client.send(posted(bug), posted("behind it"))
        answer = await client.answer()
    assert (answer.status, answer.body) == (500, "Internal Server Error")
    assert (answer["content-type"], answer["connection"]) == ("text/plain; charset=utf-8", "close")
    assert await client.end() == b""
    (told,) = logs
    assert (told["event"], told["log_level"]) == ("request failed", "error")
    assert (told["request_id"], told["path"]) == (answer["x-request-id"], "/graphql")
    assert told["exc_info"] is True
    await server.deserted()
    assert server.view.asked == [("direct", bug)]


async def test_what_follows_and_is_no_http_ends_the_connection(server, client, caplog):
    client.send(posted("later"), b"no http\r\n\r\n")
    assert (await client.answer()).status == 400
    assert await client.end() == b""
    server.view.released["later"].set()
    await server.deserted()


@pytest.mark.parametrize("rest", ["zz\r\n", "1\r\nab"])
async def test_a_body_that_is_no_http_is_refused_and_not_run(server, client, rest):
    head = b"POST /graphql HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
    client.send(head, rest.encode())
    assert (await client.answer()).status == 400
    assert await client.end() == b""
    await server.deserted()
    assert server.view.asked == []


async def test_a_connection_is_kept_as_long_as_it_is_between_others(server, client):
    (connection,) = server.api.server_state.connections
    connection.timeout_keep_alive = 0.1
    client.send(posted("a"))
    assert (await client.answer())["connection"] is None
    assert await client.end() == b""


async def test_what_is_asked_is_answered_before_the_server_ends(ending):
    async with ending.client() as client:
        client.send(posted("later"))
        await ending.asked(1)
        ending.api.should_exit = True
        (connection,) = ending.api.server_state.connections

        async def is_told():
            return not connection.cycle.keep_alive

        await until(is_told)
        ending.view.released["later"].set()
        answer = await client.answer()
        assert (answer.body, answer["connection"]) == ('"later"', "close")
        assert await client.end() == b""
        await asyncio.wait_for(ending.serving, 20)


async def test_what_is_not_answered_in_time_is_cancelled_and_told(ending):
    ending.api.config.timeout_graceful_shutdown = 0.1
    async with ending.client() as client:
        client.send(posted("later"))
        await ending.asked(1)
        (task,) = ending.api.server_state.tasks
        with capture_logs() as logs:
            ending.api.should_exit = True
            answer = await client.answer()
        assert (answer.status, answer["connection"], task.cancelled()) == (500, "close", True)
        assert [told["request_id"] for told in logs] == [answer["x-request-id"]]
        assert await client.end() == b""
        await asyncio.wait_for(ending.serving, 20)


@pytest.mark.parametrize("settings", [{"access_log": True}, {"root_path": "/x"}, {"limit_concurrency": 9}])
async def test_what_it_does_not_do_is_refused(settings):
    app = Front(ToldView(), None)
    config = uvicorn.Config(app, lifespan="off", **{"access_log": False, "proxy_headers": False} | settings)
    config.load()
    with pytest.raises(RuntimeError, match="neither logged, limited nor moved"):
        StreamableProtocol(config, ServerState(), {})
