"""graphql-ws, Apollo Client, urql and gql, over lost connections, an expired token and a restarted server."""

from datetime import UTC, datetime, timedelta

import pytest

import models
from models.statuses import ProductionStatus
from services.access_tokens import token_hash
from tests.clients.client_process import client_processes
from tests.clients.story import Story, transition_of
from tests.cuttable_proxy import Loss
from tests.factories import make_production, make_token, make_user
from tests.waiting import until

QUEUED, PROCESSING = ProductionStatus.QUEUED, ProductionStatus.PROCESSING
FAILED, COMPLETED = ProductionStatus.FAILED, ProductionStatus.COMPLETED
DRIVERS = ["graphql_ws.mjs", "apollo_ws.mjs", "urql_ws.mjs", "gql_ws.py"]
IN_JAVASCRIPT = DRIVERS[:3]
# What each tells of a socket that will do no good.
REVOKED = dict.fromkeys(DRIVERS, "4401") | {
    "apollo_ws.mjs": "Socket closed with event 4401 The access token is unknown or revoked"
}
LASTING = {"resuming", "plain"}


@pytest.fixture
async def story(gateways, tokens):
    owner = await make_user()
    for name in ("good", "revoked"):
        tokens.good[name] = await make_token(owner)
    return Story(await make_production(owner, status=QUEUED), gateways)


async def replace(tokens, story):
    """The good token expires; there is another one."""
    old = models.AccessToken.filter(token_hash=token_hash(tokens.good["good"]))
    owner = await models.User.get(id=(await old.get()).user_id)
    tokens.good["good"] = await make_token(owner)
    await old.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))


async def revoke(tokens):
    row = models.AccessToken.filter(token_hash=token_hash(tokens.good["revoked"]))
    await row.update(revoked_at=datetime.now(UTC))


async def test_nothing_is_missed(packages, own_server, proxy, tokens, story):
    config = {"http": f"{proxy.url}/graphql", "tokens": tokens.url, "id": story.id}
    config["ws"] = config["http"].replace("http", "ws", 1)
    async with client_processes(DRIVERS, config) as clients:
        await story.is_known_to(clients, {"resuming", "plain", "revoked"})

        await revoke(tokens)

        async def are_told():
            return all(client.told("revoked", "error") for client in clients.values())

        await until(are_told)
        for loss in Loss:
            with proxy.lost(loss):
                await story.write(PROCESSING, FAILED)
            await story.write(QUEUED)
            await story.is_known_to(clients, LASTING)

        asked = tokens.asked.count("good")
        await replace(tokens, story)

        async def have_asked():
            return tokens.asked.count("good") >= asked + len(DRIVERS)

        await until(have_asked)
        await story.write(PROCESSING)
        await story.is_known_to(clients, LASTING)

        await own_server.stop()
        await story.write(FAILED, QUEUED)
        await own_server.start()
        await story.write(PROCESSING, COMPLETED)
        await story.is_known_to(clients, LASTING)

    assert {driver: client.told("revoked", "error") for driver, client in clients.items()} == {
        driver: [error] for driver, error in REVOKED.items()
    }
    for client in clients.values():
        assert [transition_of(event) for event in client.told("resuming")] == story.written, client.driver
        assert client.told("resuming", "complete") == client.told("plain", "complete") == []
    for driver in IN_JAVASCRIPT:
        plain = [transition_of(event) for event in clients[driver].told("plain")]
        assert [t for t in plain if not story.is_present_state(t)] == []
        assert [t[0] for t in plain] == sorted(t[0] for t in plain)
        assert set(clients[driver].told("resuming", "code")) == {1006, 1012, 4403, 4499}
