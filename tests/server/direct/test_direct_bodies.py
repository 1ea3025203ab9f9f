"""Bodies of requests that are answered past ASGI: whole, in pieces, and never there to the end."""

import pytest

from server.transport_http import direct
from server.transport_http.heads import MAX_HEAD_BYTES
from tests.direct_server import parts_of, posted
from tests.waiting import until

MIB = 1024 * 1024


def chunked(path="/graphql"):
    return f"POST {path} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n".encode()


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
    client.send(chunked(path), *(f"1\r\n{each}\r\n".encode() for each in told), b"0\r\n\r\n")
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


@pytest.mark.parametrize("path", ["/graphql", "/graphql?"])
async def test_a_body_that_ends_with_its_connection_is_not_run(server, path):
    """By what is still to come it may say something else (RFC 9112, section 8)."""
    async with server.client() as client:
        client.send(chunked(path), b"1\r\na\r\n")
        await are_begun(server)
    await server.deserted()
    assert server.view.asked == []


@pytest.mark.parametrize("rest", ["zz\r\n", "1\r\nab"])
async def test_a_body_that_is_no_http_is_refused_and_not_run(server, client, rest):
    client.send(chunked(), rest.encode())
    assert (await client.answer()).status == 400
    assert await client.end() == b""
    await server.deserted()
    assert server.view.asked == []


@pytest.mark.parametrize("path", ["/graphql", "/graphql?"])
async def test_what_follows_a_body_is_no_header(server, client, path):
    """A proxy that sets or takes out headers does not look at trailers (RFC 9110, section 6.5.1)."""
    client.send(chunked(path), b"1\r\na\r\n0\r\nauthorization: Bearer x\r\nhost: y\r\n\r\n", posted("b"))
    assert [(await client.answer()).body for _ in range(2)] == ['"a"', '"b"']
    assert server.view.headers[0] == {b"host": b"x", b"transfer-encoding": b"chunked"}


@pytest.mark.parametrize("path", ["/graphql", "/nowhere"])
@pytest.mark.parametrize("part", [b"x: y\r\n" * 1000, b"y" * 6000], ids=["lines", "a line"])
async def test_what_follows_a_body_without_end_is_cut_off(server, client, part, path):
    """Whether its request is answered, as those are whose body nobody reads, or is not."""
    client.send(chunked(path), b"0\r\nx: ")
    for _ in range(4 * MIB // len(part)):
        client.send(part)
        await client.taken()
        if client.is_cut:
            break
    assert client.is_cut
    await server.deserted()
    assert server.view.asked == []


async def test_neither_a_long_head_nor_a_long_chunk_is_what_follows_a_body(server, client):
    nearly = f"x: {'y' * (MAX_HEAD_BYTES - 1024)}\r\n".encode()
    told = "a" * 4 * MAX_HEAD_BYTES
    chunk = b"%x\r\n%s\r\n0\r\n" % (len(told), told.encode())
    for part in (chunked()[:-2], nearly, b"\r\n", chunk[:9], chunk[9:99], chunk[99:], nearly, b"\r\n"):
        client.send(part)
        await client.taken()
    assert (await client.answer()).body == f'"{told}"'
    client.send(posted("next"))
    assert (await client.answer()).body == '"next"'
