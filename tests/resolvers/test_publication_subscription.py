"""publicationsChanged, through the operations that move publications, as different people hear of them."""

from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest

import models
from models.statuses import ProductionStatus, SpaceRole, SpaceVisibility
from services.delete_production import delete_production
from services.publish import publish
from services.unpublish import unpublish
from tests.factories import (
    add_member,
    id_of,
    make_production,
    make_publication,
    make_space,
    make_token,
    make_user,
    viewer_of,
)
from tests.live_client import live_client
from tests.telling import tell

FOLLOW = """
subscription ($spaceId: ID!, $after: String) { publicationsChanged(spaceId: $spaceId, after: $after) {
  cursor sequence publicationId previousStatus status publication { id status production { title } } } }
"""
PEOPLE = ["owner", "publisher", "member", "stranger", "nobody"]
INSIDERS = ["owner", "publisher"]


@dataclass
class Scene:
    """A space of a host's with one LIVE publication, and somebody's production to publish there."""

    space: models.Space
    production: models.Production
    shown: models.Publication
    tokens: dict[str, str | None]


@pytest.fixture
async def scene(gateways):
    host, owner, publisher, member, stranger = [await make_user() for _ in range(5)]
    space = await make_space(host, visibility=SpaceVisibility.PUBLIC)
    for user, role in [
        (owner, SpaceRole.PUBLISHER),
        (publisher, SpaceRole.PUBLISHER),
        (member, SpaceRole.VIEWER),
    ]:
        await add_member(space, user, role)
    shown = await make_publication(await make_production(host, title="shown"), space)
    await make_publication(await make_production(host, title="elsewhere"), await make_space(host))
    production = await make_production(owner, status=ProductionStatus.PROCESSING, title="new")
    tokens = [await make_token(user) for user in (owner, publisher, member, stranger)]
    return Scene(space, production, shown, dict(zip(PEOPLE, [*tokens, None], strict=True)))


@asynccontextmanager
async def following(server, scene, people=tuple(PEOPLE), after=None):
    async with AsyncExitStack() as stack:
        clients = {}
        for person in people:
            clients[person] = client = await stack.enter_async_context(live_client(server))
            await client.sign_in(scene.tokens[person])
            await client.subscribe("1", FOLLOW, {"spaceId": id_of(scene.space), "after": after})
        yield clients


async def told(clients, people=tuple(PEOPLE)):
    """What each is told next."""
    return {person: (await clients[person].next("1"))["publicationsChanged"] for person in people}


def seen(event):
    """An event without what is another each time; what it says of the publication as (status, title)."""
    publication = event["publication"]
    now = (publication["status"], publication["production"]["title"]) if publication else None
    return (event["sequence"], event["previousStatus"], event["status"], now)


async def step(gateways, scene, what):
    owner = viewer_of(await models.User.get(id=scene.production.owner_id))
    common = {"viewer": owner, "bus": gateways.bus}
    if what == "publish":
        await publish(
            **common,
            clock=gateways.clock,
            production_id=scene.production.id,
            space_ids=[scene.space.id],
            when_ready=True,
        )
    elif what == "complete":
        await tell(gateways, scene.production, status=ProductionStatus.COMPLETED)
    elif what == "unpublish":
        await unpublish(**common, clock=gateways.clock, production_id=scene.production.id)
    else:
        await delete_production(**common, production_id=scene.production.id)


async def test_what_each_is_told_of_a_publications_life(server, gateways, scene):
    async with following(server, scene) as clients:
        present = await told(clients)
        assert {person: seen(event) for person, event in present.items()} == dict.fromkeys(
            PEOPLE, (1, None, "LIVE", ("LIVE", "shown"))
        )
        assert {event["publicationId"] for event in present.values()} == {id_of(scene.shown)}

        await step(gateways, scene, "publish")
        waiting = await told(clients, INSIDERS)
        assert {seen(event) for event in waiting.values()} == {(1, None, "WAITING", ("WAITING", "new"))}

        await step(gateways, scene, "complete")
        live = await told(clients)
        assert {seen(event) for event in live.values()} == {(2, "WAITING", "LIVE", ("LIVE", "new"))}

        await step(gateways, scene, "unpublish")
        withdrawn = await told(clients)
        for person, event in withdrawn.items():
            now = ("WITHDRAWN", "new") if person == "owner" else None
            if person == "publisher":
                # It stays theirs to see as a row; the production behind it is not theirs any more.
                assert event.pop("publication") == {
                    "id": event["publicationId"],
                    "status": "WITHDRAWN",
                    "production": None,
                }
                event["publication"] = None
            assert seen(event) == (3, "LIVE", "WITHDRAWN", now), person

        await step(gateways, scene, "publish")
        assert {seen(event) for event in (await told(clients)).values()} == {
            (4, "WITHDRAWN", "LIVE", ("LIVE", "new"))
        }
        await step(gateways, scene, "delete")
        gone = await told(clients)
        assert {seen(event) for event in gone.values()} == {(5, "LIVE", "WITHDRAWN", None)}
        ids = {event["publicationId"] for event in [*waiting.values(), *live.values(), *gone.values()]}
        assert len(ids) == 1, "the id is told also when there is nothing left behind it"


async def test_after_a_cursor_each_is_told_what_was_missed(server, gateways, scene):
    async with following(server, scene, ["member"]) as clients:
        cursor = (await told(clients, ["member"]))["member"]["cursor"]
    for what in ("publish", "complete", "unpublish", "publish", "delete"):
        await step(gateways, scene, what)
    public = [
        (2, "WAITING", "LIVE"),
        (3, "LIVE", "WITHDRAWN"),
        (4, "WITHDRAWN", "LIVE"),
        (5, "LIVE", "WITHDRAWN"),
    ]
    async with following(server, scene, after=cursor) as clients:
        for person in PEOPLE:
            expected = [(1, None, "WAITING"), *public] if person in INSIDERS else public
            events = [(await told(clients, [person]))[person] for _ in expected]
            assert [seen(event)[:3] for event in events] == expected, person
            assert {event["publication"] for event in events} == {None}, "it is gone by now"


async def test_a_space_that_may_not_be_seen_is_not_found(server, gateways):
    host, stranger = await make_user(), await make_user()
    hidden = await make_space(host, visibility=SpaceVisibility.MEMBERS)
    await make_publication(await make_production(host), hidden)
    before = gateways.hub.followers
    for token in (await make_token(stranger), None):
        async with live_client(server) as client:
            await client.sign_in(token)
            await client.subscribe("1", FOLLOW, {"spaceId": id_of(hidden)})
            frame = await client.receive()
            assert await client.receive() == {"id": "1", "type": "complete"}
        [error] = frame["payload"]["errors"]
        assert (error["message"], error["extensions"]["code"]) == ("There is no such space.", "NOT_FOUND")
        assert frame["payload"]["data"] is None
    assert gateways.hub.followers == before
