"""Bodies of requests that are answered past ASGI: whole, in pieces, and never there to the end."""

import pytest

from server.transport_http import direct
from tests.direct_server import parts_of, posted
from tests.waiting import until


@pytest.fixture
def patient(monkeypatch):
    monkeypatch.setattr(direct, "REST_SECONDS", 60)


async def is_held(server):
    """Return once the head of a request, and not all of its body, has come."""
    (connection,) = server.api.server_state.connections

    async def is_so():
        return connection._held is not None

    await until(is_so)


async def are_begun(server):
    async def is_so():
        return bool(server.api.server_state.tasks)

    await until(is_so)


@pytest.mark.parametrize("path", ["/graphql", "/graphql?"])
async def test_a_body_may_come_in_chunks(server, client, path):
    told = "by asgi" * 100 if path == "/graphql" else "chunks" * 100
    head = f"POST {path} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n".encode()
    client.send(head, *(f"1\r\n{each}\r\n".encode() for each in told), b"0\r\n\r\n")
    assert (await client.answer()).body == f'"{told}"'
    assert server.view.asked == [("direct" if path == "/graphql" else "asgi", told)]


async def test_the_rest_of_a_body_is_waited_for(server, client, patient):
    head, body = parts_of("in two pieces")
    for first in (head, head + body[:2]):
        client.send(first)
        await is_held(server)
        client.send((head + body)[len(first) :], posted("next"))
        assert [(await client.answer()).body for _ in range(2)] == ['"in two pieces"', '"next"']
    assert server.view.asked == [("direct", "in two pieces"), ("asgi", "next")] * 2


async def test_what_comes_in_more_pieces_goes_by_asgi(server, client, patient):
    head, body = parts_of("in three pieces")
    client.send(head)
    await is_held(server)
    client.send(body[:2])
    await are_begun(server)
    client.send(body[2:], posted("next"))
    assert [(await client.answer()).body for _ in range(2)] == ['"in three pieces"', '"next"']
    assert server.view.asked == [("asgi", "in three pieces"), ("asgi", "next")]


async def test_a_rest_that_takes_its_time_is_waited_for_by_asgi(server, client, monkeypatch):
    monkeypatch.setattr(direct, "REST_SECONDS", 0.01)
    head, body = parts_of("late")
    client.send(head)
    await are_begun(server)
    client.send(body, posted("next"))
    assert [(await client.answer()).body for _ in range(2)] == ['"late"', '"next"']
    assert server.view.asked == [("asgi", "late"), ("asgi", "next")]


async def test_who_leaves_before_the_rest_leaves_nothing(server, patient):
    async with server.client() as client:
        client.send(parts_of("never")[0])
        await is_held(server)
        (connection,) = server.api.server_state.connections
        waiting = connection._rest
    await server.deserted()
    assert waiting.cancelled()
    assert (connection._held, connection._rest, server.view.asked) == (None, None, [])


async def test_the_rest_is_waited_for_by_a_server_that_ends(ending, patient):
    async with ending.client() as client:
        head, body = parts_of("last")
        client.send(head)
        await is_held(ending)
        ending.api.should_exit = True
        await are_begun(ending)
        client.send(body)
        answer = await client.answer()
        assert (answer.body, answer["connection"]) == ('"last"', "close")
        assert await client.end() == b""


@pytest.mark.parametrize("rest", ["zz\r\n", "1\r\nab"])
async def test_a_body_that_is_no_http_is_refused_and_not_run(server, client, rest):
    head = b"POST /graphql HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
    client.send(head, rest.encode())
    assert (await client.answer()).status == 400
    assert await client.end() == b""
    await server.deserted()
    assert server.view.asked == []


@pytest.mark.parametrize("path", ["/graphql", "/graphql?"])
async def test_what_follows_a_body_is_no_header(server, client, path):
    """A proxy that sets or takes out headers does not look at trailers (RFC 9110, section 6.5.1)."""
    head = f"POST {path} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n".encode()
    client.send(head, b"1\r\na\r\n0\r\nauthorization: Bearer x\r\nhost: y\r\n\r\n", posted("b"))
    assert [(await client.answer()).body for _ in range(2)] == ['"a"', '"b"']
    assert server.view.headers[0] == {b"host": b"x", b"transfer-encoding": b"chunked"}
