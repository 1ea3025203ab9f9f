"""The connections that plans read by: opened when first needed, even while PostgreSQL says nothing."""

import asyncio
import time
from contextlib import AsyncExitStack
from functools import partial

import asyncpg
import pytest
from tortoise import connections

from server import postgres_client
from server.postgres_client import PostgresClient, Reading
from tests.factories import id_of, make_production, make_token, make_user
from tests.live_client import live_client
from tests.tcp_proxy import LOOPBACK
from tests.waiting import until


@pytest.fixture
async def silent():
    """A port that accepts and says nothing."""
    taken = []

    async def take(reader, writer):
        taken.append(writer)

    server = await asyncio.start_server(take, LOOPBACK, 0)
    yield server.sockets[0].getsockname()[1]
    for writer in taken:
        writer.close()
    server.close()


async def read(client):
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        async with client.reading() as rows:
            await rows("SELECT 1", [])
    return time.monotonic() - started


async def test_nobody_waits_in_line_for_a_postgresql_that_says_nothing(opened, silent, monkeypatch):
    monkeypatch.setattr(postgres_client, "ACQUIRE_SECONDS", 0.5)
    known = connections.get("default")
    client = PostgresClient("postgres", "", "postgres", LOOPBACK, silent, connection_name="silent")
    client._template = {**known._template, "host": LOOPBACK, "port": silent, "timeout": 0.4}
    client._pool = known._pool
    waited = await asyncio.gather(*[read(client) for _ in range(5)])
    assert max(waited) < 1, waited


SLOW = "{ productions(first: 3) { nodes { id title publications(first: 2) { totalCount } } } }"


async def at_rest(pool):
    return pool.idle_size == pool.size and not pool._waiters and not pool._opening


async def test_clients_that_leave_in_the_middle_of_their_plans_take_no_connection_with_them(
    server, graphql, embedded
):
    """More of them than there are connections, and what they read is locked until they have left."""
    owner = await make_user()
    production = await make_production(owner)
    token = await make_token(owner)
    await graphql(SLOW, token=token)
    pool = connections.get("default").reads
    locking = await asyncpg.connect(embedded.database_url)
    try:
        async with locking.transaction(), AsyncExitStack() as clients:
            await locking.execute("LOCK TABLE productions")
            for number in range(3):
                client = await clients.enter_async_context(live_client(server))
                await client.sign_in(token)
                for operation in range(5):
                    await client.subscribe(str(operation), SLOW)
                if number == 0:
                    await client.send({"id": "0", "type": "complete"})

            async def all_wait():
                return pool.idle_size == 0 and len(pool._waiters) == 4

            await until(all_wait)
            await clients.aclose()
            await until(partial(at_rest, pool))
    finally:
        await locking.close()
    [node] = (await graphql(SLOW, token=token))["productions"]["nodes"]
    assert node["id"] == id_of(production)
    assert await at_rest(pool)


@pytest.fixture
def database_away(monkeypatch):
    """Who asks is known; what is asked for cannot be read."""

    async def away(self):
        raise ConnectionRefusedError("postgres://secret@host/")

    monkeypatch.setattr(Reading, "__aenter__", away)


@pytest.mark.parametrize("query", ["{ uploads { nodes { title } } }", "{ uploads { totalCount } }"])
async def test_what_cannot_be_read_now_is_to_be_asked_again(http, server, gateways, database_away, query):
    response = await http.post("/graphql", json={"query": query})
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    assert [error["extensions"]["code"] for error in response.json()["errors"]] == ["UNAVAILABLE"]
    async with live_client(server) as client:
        await client.sign_in()
        await client.subscribe("1", query)
        told = await client.receive()
    assert (told["type"], told["id"]) == ("error", "1")
    assert [error["extensions"]["code"] for error in told["payload"]] == ["UNAVAILABLE"]
    assert "secret" not in response.text + str(told)


UPDATE = """
mutation ($id: ID!) { updateProduction(input: {productionId: $id, title: "New"}) {
  production { title publications { totalCount } } userErrors { message } } }
"""


async def test_what_was_written_is_told_although_plans_cannot_read(graphql, database_away):
    owner = await make_user()
    production = await make_production(owner)
    data = await graphql(UPDATE, {"id": id_of(production)}, token=await make_token(owner))
    told = {"title": "New", "publications": {"totalCount": 0}}
    assert data == {"updateProduction": {"production": told, "userErrors": []}}
