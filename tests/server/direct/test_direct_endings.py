"""What ends while it is answered past ASGI: a client, the view, the connection, the server."""

import asyncio

import pytest
from structlog.testing import capture_logs

from tests.direct_server import posted
from tests.waiting import until


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
