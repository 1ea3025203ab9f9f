"""Who asks the same is told from one execution of each event: on real sockets, by counting executions."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from strawberry.dataloader import DataLoader
from structlog.testing import capture_logs

import models
from models.statuses import ProductionStatus, PublicationStatus, SpaceRole
from schema.users import User
from server.operations.caller import Caller
from server.operations.projection import Projection
from server.operations.streams import Stream, Streams
from tests.factories import (
    add_member,
    id_of,
    make_production,
    make_publication,
    make_space,
    make_tick,
    make_token,
    make_user,
)
from tests.live_client import live_client
from tests.telling import tell

PLAIN = """subscription Plain($id: ID!, $after: String) {
  productionStatusChanged(id: $id, after: $after) {
    cursor sequence status progressPercent production { title } }
}"""
OWNER = """subscription Owner($id: ID!, $after: String) {
  productionStatusChanged(id: $id, after: $after) {
    cursor sequence status production { title owner { name } } }
}"""
EVENT = "productionStatusChanged"
SOCKETS, EACH = 4, 5


class Counted:
    """What the server does for the subscriptions of a test."""

    def __init__(self):
        self.projected = self.executed = 0
        self.streams, self.contexts = None, []

    def since(self):
        """How many projections and executions there were since the last time."""
        found, self.projected, self.executed = (self.projected, self.executed), 0, 0
        return found


@pytest.fixture
def counted(monkeypatch):
    counted = Counted()
    project, execute, join, context = (
        Projection.payload_of,
        Stream.payload,
        Streams.join,
        Caller.context,
    )

    def payload_of(self, event):
        counted.projected += 1
        return project(self, event)

    async def payload(self, change):
        counted.executed += 1
        return await execute(self, change)

    def joined(self, key, new):
        counted.streams = self
        return join(self, key, new)

    def noted(self, request_id=None):
        made = context(self, request_id)
        counted.contexts.append(made)
        return made

    monkeypatch.setattr(Projection, "payload_of", payload_of)
    monkeypatch.setattr(Stream, "payload", payload)
    monkeypatch.setattr(Streams, "join", joined)
    monkeypatch.setattr(Caller, "context", noted)
    return counted


@pytest.fixture
async def production(gateways):
    """One that its owner and a publisher of a space may see."""
    owner = await make_user("Ada")
    return await make_production(owner, status=ProductionStatus.PROCESSING, title="shared")


@pytest.fixture
async def tokens(production):
    """The owner's and a publisher's."""
    owner, publisher = await models.User.get(id=production.owner_id), await make_user("Grace")
    space = await make_space(owner)
    await add_member(space, publisher, SpaceRole.PUBLISHER)
    await make_publication(production, space, PublicationStatus.WAITING)
    return [await make_token(user) for user in (owner, publisher)]


@asynccontextmanager
async def signed_in(server, *tokens):
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(live_client(server)) for _ in tokens]
        for client, token in zip(clients, tokens, strict=True):
            await client.sign_in(token)
        yield clients


async def watch(client, id, document, **payload):
    """Follow, and wait for the present state; the operation's `payload` beside its document."""
    await client.send({"id": id, "type": "subscribe", "payload": {"query": document, **payload}})
    return (await client.next(id))[EVENT]


async def told(clients, count):
    """The data of the next `count` events of each client, by operation id, which must all be the same."""
    found = []
    for client in clients:
        frames = [await client.receive() for _ in range(count)]
        assert {frame["type"] for frame in frames} == {"next"}, frames
        assert len({frame["id"] for frame in frames}) == count
        found += [frame["payload"] for frame in frames]
    assert all(payload == found[0] for payload in found)
    assert "errors" not in found[0], found[0]
    return found[0]["data"][EVENT]


async def all_caught_up(gateways, count):
    async with asyncio.timeout(10):
        while sum(follower.has_caught_up for follower in followers(gateways)) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.005)


def followers(gateways):
    return list(gateways.hub._topics)


async def watch_together(clients, document, production, gateways):
    for client in clients:
        for number in range(EACH):
            await watch(client, str(number), document, variables={"id": id_of(production)})
    await all_caught_up(gateways, len(clients) * EACH)


@pytest.mark.parametrize(("document", "expected"), [(PLAIN, (1, 0)), (OWNER, (0, 2))], ids=["plain", "owner"])
async def test_one_execution_for_all_whose_answers_must_be_the_same(
    server, gateways, production, tokens, counted, document, expected
):
    """Twenty watchers on four sockets, of two users: one for all of them where only attributes are asked for,
    otherwise one for each user."""
    before = gateways.hub.followers
    async with signed_in(server, *tokens, *tokens) as clients:
        await watch_together(clients, document, production, gateways)
        assert gateways.hub.followers == before + SOCKETS * EACH
        assert len(counted.streams) == max(expected)
        counted.since()
        await gateways.bus.announce_progress(make_tick(production, 1, 40, "TRANSCODING"))
        assert (await told(clients, EACH))["sequence"] == 1
        assert counted.since() == expected
        await tell(gateways, production, status=ProductionStatus.COMPLETED)
        assert (await told(clients, EACH))["status"] == "COMPLETED"
        assert counted.since() == expected
    await nobody_is_left(gateways, counted, before)


async def nobody_is_left(gateways, counted, before):
    async with asyncio.timeout(10):
        while len(counted.streams) or gateways.hub.followers > before:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert gateways.hub.followers == before


TWO = PLAIN + OWNER.replace("production { title owner { name } }", "production { title }")
FLAG = """subscription ($id: ID!, $with: Boolean!) {
  productionStatusChanged(id: $id) { sequence production { title @include(if: $with) } }
}"""


async def test_what_may_differ_is_not_shared(server, gateways, production, tokens, counted):
    """Another variable, another document, another operation of the same one; but not where to continue."""
    variables = {"id": id_of(production)}
    async with signed_in(server, *tokens) as clients:
        one, other = clients
        cursor = (await watch(one, "plain", PLAIN, variables=variables))["cursor"]
        for number, client in enumerate(clients):
            resuming = {"query": PLAIN, "variables": variables | {"after": cursor}}
            await client.send({"id": f"after {number}", "type": "subscribe", "payload": resuming})
        null = variables | {"after": None}
        await watch(other, "null", PLAIN, variables=null)
        await all_caught_up(gateways, 4)
        assert len(counted.streams) == 1
        with_it = await watch(one, "with", FLAG, variables=variables | {"with": True})
        without = await watch(other, "without", FLAG, variables=variables | {"with": False})
        assert (with_it["production"], without["production"]) == ({"title": "shared"}, {})
        assert len(counted.streams) == 3
        await watch(one, "spaced", PLAIN + " ", variables=variables)
        assert len(counted.streams) == 4
        await watch(one, "first", TWO, variables=variables, operationName="Plain")
        await watch(other, "second", TWO, variables=variables, operationName="Owner")
        await all_caught_up(gateways, 9)
        assert len(counted.streams) == 6
        counted.since()
        await tell(gateways, production, status=ProductionStatus.FAILED)
        frames = [await client.receive() for client, count in ((one, 5), (other, 4)) for _ in range(count)]
        assert {frame["payload"]["data"][EVENT]["sequence"] for frame in frames} == {2}
        assert counted.since() == (6, 0)


async def test_who_joins_later_joins_the_same(server, gateways, production, tokens, counted):
    variables = {"id": id_of(production)}
    async with signed_in(server, *tokens) as clients:
        for client in clients:
            await watch(client, "1", PLAIN, variables=variables)
            await gateways.bus.announce_progress(make_tick(production, 1, 10 + len(counted.contexts), None))
            await told(clients[: clients.index(client) + 1], 1)
        assert len(counted.streams) == 1
        await clients[0].send({"id": "1", "type": "complete"})
        await all_caught_up(gateways, 1)
        counted.since()
        await tell(gateways, production, status=ProductionStatus.COMPLETED)
        assert (await told(clients[1:], 1))["status"] == "COMPLETED"
        assert counted.since() == (1, 0)


async def test_each_event_is_executed_anew(server, gateways, production, tokens, counted, monkeypatch):
    """With a context and loaders of its own: what has changed in between is seen."""
    loaders, load = [], DataLoader.load

    def noted(self, key):
        loaders.append(self)
        return load(self, key)

    monkeypatch.setattr(DataLoader, "load", noted)
    async with signed_in(server, tokens[0], tokens[0]) as clients:
        for client in clients:
            await watch(client, "1", OWNER, variables={"id": id_of(production)})
        await all_caught_up(gateways, 2)
        del counted.contexts[:], loaders[:]
        names = []
        for number, name in enumerate(["Ada", "Grace", "Barbara"]):
            await models.User.filter(id=production.owner_id).update(name=name)
            await gateways.bus.announce_progress(make_tick(production, 1, 10 + number, None))
            names.append((await told(clients, 1))["production"]["owner"]["name"])
        assert names == ["Ada", "Grace", "Barbara"]
        assert loaders == [context.loaders.user for context in counted.contexts]
        assert len({context.request_id for context in counted.contexts}) == 3


async def test_an_error_in_one_event_is_told_and_the_next_event_comes(
    server, gateways, production, tokens, monkeypatch
):
    async with signed_in(server, *tokens) as clients:
        for client in clients:
            await watch(client, "1", OWNER, variables={"id": id_of(production)})
        await all_caught_up(gateways, 2)
        with monkeypatch.context() as broken, capture_logs() as logs:
            broken.setattr(User, "from_row", refuse)
            await tell(gateways, production, status=ProductionStatus.FAILED)
            frames = [await client.receive() for client in clients]
        for frame in frames:
            assert (frame["type"], frame["payload"]["data"]) == ("next", None)
            [error] = frame["payload"]["errors"]
            assert error["path"] == [EVENT, "production", "owner"]
            assert error["extensions"]["code"] == "INTERNAL"
            assert "secret" not in str(frame)
            assert error["extensions"]["requestId"] in {entry.get("request_id") for entry in logs}
        production = await models.Production.get(id=production.id)
        await models.Production.filter(id=production.id).update(title="anew")
        await gateways.bus.announce_progress(make_tick(production, 2, 10, None))
        assert (await told(clients, 1))["production"]["owner"] == {"name": "Ada"}


def refuse(row):
    raise RuntimeError("a secret")
