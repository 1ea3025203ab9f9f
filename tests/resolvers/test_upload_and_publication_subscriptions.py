"""Uploads and publications followed over a socket, while the real operations move them."""

import pytest

import models
from models.statuses import PublicationStatus, SpaceRole
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
from tests.upload_steps import UploadSteps

UPLOAD = """
subscription ($id: ID!, $after: String) { uploadStatusChanged(id: $id, after: $after) {
  cursor occurredAt sequence previousStatus status upload { id status rejection { code } } } }
"""
PUBLICATIONS = """
subscription ($id: ID!, $after: String) { publicationsChanged(spaceId: $id, after: $after) {
  cursor occurredAt sequence previousStatus status publicationId publication { id status }
} }
"""


class Followed:
    """What a subscription tells, but for cursors and moments, which are kept aside."""

    def __init__(self, client, field):
        self._client, self._field = client, field
        self.cursor, self.at = None, []

    async def next(self):
        told = (await self._client.next("1"))[self._field]
        self.cursor = told.pop("cursor")
        self.at.append(told.pop("occurredAt"))
        return told


@pytest.fixture
async def owner(database):
    return await make_user()


async def test_an_upload_is_followed_to_its_end(server, gateways, owner):
    steps, token = UploadSteps(gateways, viewer_of(owner)), await make_token(owner)
    upload = await steps.announce(15)

    def event(sequence, previous, status, now=None, rejection=None):
        shown = {"id": id_of(upload), "status": now or status, "rejection": rejection}
        return {"sequence": sequence, "previousStatus": previous, "status": status, "upload": shown}

    async with live_client(server) as client:
        await client.sign_in(token)
        await client.subscribe("1", UPLOAD, {"id": id_of(upload)})
        followed = Followed(client, "uploadStatusChanged")
        assert await followed.next() == event(1, None, "AWAITING_BYTES")
        await steps.send_whole(upload, b"no video at all")
        await steps.complete(upload)
        assert await followed.next() == event(2, "AWAITING_BYTES", "VERIFYING")
    await steps.verify(upload)
    async with live_client(server) as client:
        await client.sign_in(token)
        await client.subscribe("1", UPLOAD, {"id": id_of(upload), "after": followed.cursor})
        told = await Followed(client, "uploadStatusChanged").next()
    assert told == event(3, "VERIFYING", "REJECTED", rejection={"code": "NOT_A_VIDEO"})
    log = await models.StatusEvent.filter(subject_id=upload.id).order_by("sequence")
    assert followed.at == [row.occurred_at.isoformat() for row in log[:2]]


async def test_what_is_anothers_is_not_found(server, gateways, owner):
    upload = await UploadSteps(gateways, viewer_of(owner)).announce(1000)
    space = await make_space(owner)
    async with live_client(server) as client:
        await client.sign_in(await make_token(await make_user()))
        for id, document, row in (("1", UPLOAD, upload), ("2", PUBLICATIONS, space)):
            await client.subscribe(id, document, {"id": id_of(row)})
            frame = await client.receive()
            (error,) = frame["payload"]["errors"]
            noun = type(row).__name__.lower()
            assert (frame["id"], frame["payload"]["data"]) == (id, None)
            assert (error["message"], error["extensions"]["code"]) == (
                f"There is no such {noun}.",
                "NOT_FOUND",
            )
            assert await client.receive() == {"id": id, "type": "complete"}


def publication_event(row, sequence, previous, status, is_seen=True):
    shown = {"id": id_of(row), "status": status}
    return {
        "sequence": sequence,
        "previousStatus": previous,
        "status": status,
        "publicationId": id_of(row),
        "publication": shown if is_seen else None,
    }


@pytest.mark.parametrize("role", [SpaceRole.VIEWER, SpaceRole.PUBLISHER])
async def test_a_spaces_publications_come_and_go(server, gateways, owner, role):
    """Who only sees what is LIVE learns that it is no more, and is not shown it."""
    space, member = await make_space(owner), await make_user()
    await add_member(space, member, role)
    there = await make_publication(await make_production(owner), space)
    await make_publication(await make_production(owner), await make_space(owner))
    production = await make_production(owner)
    how = {"viewer": viewer_of(owner), "bus": gateways.bus}
    async with live_client(server) as client:
        await client.sign_in(await make_token(member))
        await client.subscribe("1", PUBLICATIONS, {"id": id_of(space)})
        followed = Followed(client, "publicationsChanged")
        assert await followed.next() == publication_event(there, 1, None, "LIVE")
        _, (made,) = await publish(
            clock=gateways.clock, production_id=production.id, space_ids=[space.id], **how
        )
        assert await followed.next() == publication_event(made, 1, None, "LIVE")
        await unpublish(clock=gateways.clock, production_id=production.id, **how)
        sees_withdrawn = role is SpaceRole.PUBLISHER
        assert await followed.next() == publication_event(made, 2, "LIVE", "WITHDRAWN", sees_withdrawn)
        await delete_production(production_id=there.production_id, **how)
        assert await followed.next() == publication_event(there, 2, "LIVE", "WITHDRAWN", is_seen=False)


async def test_publications_go_on_after_a_cursor(server, gateways, owner):
    space, token = await make_space(owner), await make_token(owner)
    waiting = await make_publication(await make_production(owner), space, PublicationStatus.WAITING)
    async with live_client(server) as client:
        await client.sign_in(token)
        await client.subscribe("1", PUBLICATIONS, {"id": id_of(space)})
        followed = Followed(client, "publicationsChanged")
        assert await followed.next() == publication_event(waiting, 1, None, "WAITING")
    how = {"viewer": viewer_of(owner), "bus": gateways.bus, "clock": gateways.clock}
    await publish(production_id=waiting.production_id, space_ids=[space.id], **how)
    await unpublish(production_id=waiting.production_id, **how)
    async with live_client(server) as client:
        await client.sign_in(token)
        await client.subscribe("1", PUBLICATIONS, {"id": id_of(space), "after": followed.cursor})
        followed = Followed(client, "publicationsChanged")
        seen = [await followed.next() for _ in range(2)]
    told = [(event["sequence"], event["previousStatus"], event["status"]) for event in seen]
    assert told == [(2, "WAITING", "LIVE"), (3, "LIVE", "WITHDRAWN")]
    assert {event["publication"]["status"] for event in seen} == {"WITHDRAWN"}, "as it is now"
