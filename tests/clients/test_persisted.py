"""Automatic persisted queries: Apollo Client and urql over HTTP, graphql-ws over a lost connection."""

import pytest

from embedded.ports import LOOPBACK
from models.statuses import ProductionStatus
from tests.clients.client_process import client_processes
from tests.clients.losses import Loss, lost
from tests.clients.story import Story, transition_of
from tests.factories import make_production, make_token, make_user

BY_HASH = ["extensions", "operationName", "variables"]
WITH_TEXT = ["extensions", "operationName", "query", "variables"]


@pytest.fixture
async def client(packages, proxy, gateways, tokens):
    """All that a process tells that asks by hashes, first over HTTP, then over a socket."""
    owner = await make_user("Ada")
    tokens.good["good"] = await make_token(owner)
    story = Story(await make_production(owner, status=ProductionStatus.QUEUED), gateways)
    address = f"{LOOPBACK}:{proxy.port}/graphql"
    config = {"http": f"http://{address}", "ws": f"ws://{address}", "tokens": tokens.url, "id": story.id}
    async with client_processes(["persisted.mjs"], config) as clients:
        await story.is_known_to(clients, {"socket"})
        with lost(proxy, Loss.RESET):
            await story.write(ProductionStatus.PROCESSING, ProductionStatus.COMPLETED)
        await story.is_known_to(clients, {"socket"})
    (client,) = clients.values()
    assert [transition_of(event) for event in client.told("socket")] == story.written
    return client


async def test_a_text_is_sent_only_where_its_hash_is_unknown(client):
    for watch, parts in {
        "apollo": [BY_HASH, WITH_TEXT],
        "apollo again": [BY_HASH],
        "urql": [BY_HASH, WITH_TEXT],
        "urql again": [BY_HASH],
    }.items():
        assert client.told(watch, "parts") == parts, watch
        assert [answer["viewer"]["name"] for answer in client.told(watch, "data")] == ["Ada"], watch
    # The hash, the text where it was unknown, and what was under way again, after its last cursor.
    assert [client.told("socket", each) for each in ("hasText", "asks")] == [
        [False, True, True],
        [["id"], ["id"], ["id", "after"]],
    ]
