"""The clients people use, over lost connections, an expired token, a revoked one and a restarted server."""

from datetime import UTC, datetime, timedelta

import pytest

import models
from embedded.ports import LOOPBACK
from models.statuses import ProductionStatus
from server.transport_http import stream
from services.access_tokens import token_hash
from tests.clients.client_process import client_processes
from tests.clients.losses import Loss, lost
from tests.clients.story import Story, transition_of
from tests.factories import make_production, make_token, make_user
from tests.slow_cases import slow_after
from tests.waiting import until

QUEUED, PROCESSING = ProductionStatus.QUEUED, ProductionStatus.PROCESSING
FAILED, COMPLETED = ProductionStatus.FAILED, ProductionStatus.COMPLETED
SOCKETS = ["graphql_ws.mjs", "apollo_ws.mjs", "urql_ws.mjs"]
STREAMS = ["graphql_sse.mjs", "urql_sse.mjs", "apollo_http.mjs"]
# How each says that its token will do no good: one that was revoked meanwhile, one that never was good.
REVOKED = {
    "graphql_ws.mjs": ["4401"],
    "apollo_ws.mjs": ["Socket closed with event 4401 The access token is unknown or revoked"],
    "urql_ws.mjs": ["4401"],
    "gql_ws.py": ["4401"],
    "graphql_sse.mjs": ["UNAUTHENTICATED"],
    # urql tells the last result once more when nothing follows.
    "urql_sse.mjs": ["UNAUTHENTICATED", "UNAUTHENTICATED"],
    "apollo_http.mjs": ["UNAUTHENTICATED"],
}
WRONG = {
    "graphql_sse.mjs": ["The access token was refused"],
    "urql_sse.mjs": ["[Network] The access token was refused"],
    "apollo_http.mjs": ["UNAUTHENTICATED"],
}


@pytest.fixture
async def story(gateways, tokens):
    owner = await make_user()
    tokens.good |= {"good": await make_token(owner), "revoked": await make_token(owner), "wrong": "wrong"}
    return Story(await make_production(owner, status=QUEUED), gateways)


async def replace(tokens):
    """The good token expires; there is another one."""
    old = models.AccessToken.filter(token_hash=token_hash(tokens.good["good"]))
    owner = await models.User.get(id=(await old.get()).user_id)
    tokens.good["good"] = await make_token(owner)
    await old.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))


async def revoke(tokens):
    row = models.AccessToken.filter(token_hash=token_hash(tokens.good["revoked"]))
    await row.update(revoked_at=datetime.now(UTC))


def errors(clients, watch):
    return {driver: client.told(watch, "error") for driver, client in clients.items()}


@pytest.mark.parametrize(
    "drivers", slow_after(1, [[*SOCKETS, "gql_ws.py"], STREAMS]), ids=["sockets", "streams"]
)
async def test_nothing_is_missed(packages, own_server, proxy, tokens, story, monkeypatch, drivers):
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.2)
    address = f"{LOOPBACK}:{proxy.port}/graphql"
    config = {"http": f"http://{address}", "ws": f"ws://{address}", "tokens": tokens.url, "id": story.id}
    async with client_processes(drivers, config) as clients:
        await story.is_known_to(clients, {"resuming", "plain", "revoked"})
        await revoke(tokens)

        async def have_given_up():
            return all(errors(clients, "revoked").values())

        async def have_tried():
            return proxy.tried_in_vain >= len(drivers)

        await until(have_given_up)
        for loss in Loss:
            with lost(proxy, loss):
                await story.write(PROCESSING, FAILED)
                await until(have_tried)
            await story.write(QUEUED)
            await story.is_known_to(clients, {"resuming", "plain"})

        asked = tokens.asked.count("good")
        await replace(tokens)

        async def have_asked():
            return tokens.asked.count("good") >= asked + len(drivers)

        await until(have_asked)
        await story.write(PROCESSING)
        await story.is_known_to(clients, {"resuming", "plain"})

        await own_server.stop()
        await story.write(FAILED, QUEUED)
        await own_server.start()
        await story.write(PROCESSING, COMPLETED)
        await story.is_known_to(clients, {"resuming", "plain"})

    assert errors(clients, "revoked") == {driver: REVOKED[driver] for driver in drivers}
    assert errors(clients, "wrong") == {driver: WRONG.get(driver, []) for driver in drivers}
    for client in clients.values():
        assert [transition_of(event) for event in client.told("resuming")] == story.written, client.driver
        assert client.told("resuming", "error") == client.told("plain", "error") == []
        assert client.told("resuming", "complete") == client.told("plain", "complete") == []
        # Without `after` it is the present state, then what follows.
        plain = [transition_of(event) for event in client.told("plain")]
        assert [each for each in plain if not story.is_a_state(each)] == []
        assert [each[0] for each in plain] == sorted(each[0] for each in plain)
    for driver in set(SOCKETS) & set(drivers):
        assert set(clients[driver].told("resuming", "code")) == {1006, 1012, 4403, 4499}
