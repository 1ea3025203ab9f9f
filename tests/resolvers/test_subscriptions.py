import pytest

import models
from models.statuses import ProductionStatus, PublicationStatus, SpaceRole
from tests.factories import (
    add_member,
    id_of,
    make_production,
    make_publication,
    make_space,
    make_token,
    make_user,
)
from tests.live_client import live_client
from tests.telling import tell

ONE = """
subscription ($id: ID!, $after: String) {
  productionStatusChanged(id: $id, after: $after) {
    cursor sequence previousStatus status progressPercent phase production { id status }
  }
}
"""
ALL = """
subscription ($filter: ProductionFilter) {
  productionsStatusChanged(filter: $filter) { sequence status production { title } }
}
"""


async def test_a_production_is_followed_from_its_present_state_to_the_end(server, gateways):
    owner = await make_user()
    production = await make_production(owner, status=ProductionStatus.QUEUED)
    async with live_client(server) as client:
        await client.sign_in(await make_token(owner))
        await client.subscribe("1", ONE, {"id": id_of(production)})
        seen = [(await client.next("1"))["productionStatusChanged"]]
        await tell(gateways, production, status=ProductionStatus.PROCESSING)
        seen.append((await client.next("1"))["productionStatusChanged"])
        await tell(gateways, production, status=ProductionStatus.PROCESSING, progress_percent=40)
        seen.append((await client.next("1"))["productionStatusChanged"])
        await tell(gateways, production, status=ProductionStatus.COMPLETED)
        seen.append((await client.next("1"))["productionStatusChanged"])
    assert [(e["sequence"], e["previousStatus"], e["status"], e["progressPercent"]) for e in seen] == [
        (1, None, "QUEUED", 0),
        (2, "QUEUED", "PROCESSING", 0),
        (2, None, "PROCESSING", 40),
        (3, "PROCESSING", "COMPLETED", 100),
    ]
    assert {e["production"]["id"] for e in seen} == {id_of(production)}


async def test_after_a_lost_connection_nothing_is_missed_or_told_twice(server, gateways):
    owner = await make_user()
    production = await make_production(owner, status=ProductionStatus.QUEUED)
    token = await make_token(owner)
    async with live_client(server) as client:
        await client.sign_in(token)
        await client.subscribe("1", ONE, {"id": id_of(production)})
        cursor = (await client.next("1"))["productionStatusChanged"]["cursor"]
    await tell(gateways, production, status=ProductionStatus.PROCESSING)
    await tell(gateways, production, status=ProductionStatus.FAILED)
    async with live_client(server) as client:
        await client.sign_in(token)
        await client.subscribe("1", ONE, {"id": id_of(production), "after": cursor})
        seen = [(await client.next("1"))["productionStatusChanged"] for _ in range(2)]
    assert [(e["sequence"], e["status"]) for e in seen] == [(2, "PROCESSING"), (3, "FAILED")]


async def test_many_productions_are_followed_as_far_as_they_may_be_seen(server, gateways):
    owner, member = await make_user(), await make_user()
    space = await make_space(owner)
    await add_member(space, member, SpaceRole.PUBLISHER)
    shown = await make_production(owner, status=ProductionStatus.QUEUED, title="shown")
    hidden = await make_production(owner, status=ProductionStatus.QUEUED, title="hidden")
    await make_publication(shown, space, PublicationStatus.WAITING)
    async with live_client(server) as client:
        await client.sign_in(await make_token(member))
        await client.subscribe("1", ALL, {"filter": {"spaceId": id_of(space)}})
        first = await client.next("1")
        await tell(gateways, hidden, status=ProductionStatus.PROCESSING)
        await tell(gateways, shown, status=ProductionStatus.PROCESSING)
        second = await client.next("1")
    event = "productionsStatusChanged"
    assert first[event] == {"sequence": 1, "status": "QUEUED", "production": {"title": "shown"}}
    assert second[event] == {"sequence": 2, "status": "PROCESSING", "production": {"title": "shown"}}


async def test_each_condition_of_the_filter_holds(server, gateways):
    owner = await make_user()
    other = await make_production(owner, status=ProductionStatus.QUEUED, title="other")
    wanted = await make_production(owner, status=ProductionStatus.QUEUED, title="wanted")
    upload = await models.Upload.get(id=wanted.upload_id)
    conditions = {
        "upload": {"uploadId": id_of(upload)},
        "title": {"titleContains": "WANT"},
        "both": {"ownerId": id_of(owner), "statuses": ["PROCESSING"], "titleContains": "an"},
        "none": {"ownerId": id_of(await make_user())},
    }
    async with live_client(server) as client:
        await client.sign_in(await make_token(owner))
        for id, condition in conditions.items():
            await client.subscribe(id, ALL, {"filter": condition})
            if id in ("upload", "title"):
                assert (await client.next(id))["productionsStatusChanged"]["production"]["title"] == "wanted"
        await client.subscribe("last", "{ viewer { id } }")
        while (await client.receive())["type"] != "complete":
            pass
        await tell(gateways, other, status=ProductionStatus.PROCESSING)
        await tell(gateways, wanted, status=ProductionStatus.PROCESSING)
        frames = [await client.receive() for _ in range(3)]
    event = {"sequence": 2, "status": "PROCESSING", "production": {"title": "wanted"}}
    assert {frame["id"] for frame in frames} == {"upload", "title", "both"}
    assert [frame["payload"]["data"]["productionsStatusChanged"] for frame in frames] == [event] * 3


async def test_a_production_of_others_is_not_found(server, gateways):
    production = await make_production(await make_user())
    async with live_client(server) as client:
        await client.sign_in(await make_token(await make_user()))
        await client.subscribe("1", ONE, {"id": id_of(production)})
        frame = await client.receive()
    errors = frame["payload"] if frame["type"] == "error" else frame["payload"]["errors"]
    assert [(e["message"], e["extensions"]["code"]) for e in errors] == [
        ("There is no such production.", "NOT_FOUND")
    ]


async def test_a_malformed_cursor_is_refused_in_words(server, gateways):
    owner = await make_user()
    production = await make_production(owner)
    async with live_client(server) as client:
        await client.sign_in(await make_token(owner))
        await client.subscribe("1", ONE, {"id": id_of(production), "after": "garbage"})
        frame = await client.receive()
    errors = frame["payload"] if frame["type"] == "error" else frame["payload"]["errors"]
    assert [e["extensions"]["code"] for e in errors] == ["BAD_USER_INPUT"]


async def test_a_wrong_token_closes_with_4401(server, gateways):
    async with live_client(server) as client:
        await client.send({"type": "connection_init", "payload": {"authorization": "Bearer wrong"}})
        assert await client.closed() == (4401, "The access token is unknown or revoked")


@pytest.mark.parametrize(
    "frame",
    [
        "not json",
        [],
        5,
        None,
        {"type": "nonsense"},
        '{"type": "ping", "payload": ' + '{"a": ' * 300 + "1" + "}" * 301,
        {"id": 1, "type": "subscribe", "payload": {"query": "{ viewer { id } }"}},
        {"id": "", "type": "subscribe", "payload": {"query": "{ viewer { id } }"}},
        {"id": {}, "type": "complete"},
        {"id": "1", "type": "subscribe", "payload": "a string"},
        {"id": "1", "type": "subscribe", "payload": {"query": 5}},
        {"id": "1", "type": "subscribe", "payload": {"query": "{ viewer { id } }", "variables": []}},
        {"id": "1", "type": "subscribe", "payload": {"query": "{ viewer { id } }", "variables": [1]}},
    ],
)
async def test_a_malformed_frame_closes_with_4400(server, gateways, frame):
    async with live_client(server) as client:
        await client.sign_in()
        await client.send(frame)
        code, reason = await client.closed()
    assert code == 4400
    assert reason


async def test_a_socket_can_ask_and_change_too(server, gateways):
    owner = await make_user("Ada")
    async with live_client(server) as client:
        await client.sign_in(await make_token(owner))
        await client.subscribe("q", "{ viewer { name } }")
        assert await client.next("q") == {"viewer": {"name": "Ada"}}
        assert await client.receive() == {"id": "q", "type": "complete"}
