"""uploadStatusChanged, through the operations that move an upload."""

import pytest

import models
from services.cancel_upload import cancel_upload
from services.delete_upload import delete_upload
from tests.factories import id_of, make_token, make_upload, make_user, viewer_of
from tests.live_client import live_client
from tests.upload_steps import UploadSteps

FOLLOW = """
subscription ($id: ID!, $after: String) { uploadStatusChanged(id: $id, after: $after) {
  cursor occurredAt sequence previousStatus status
  upload { id status title media { cueCount } rejection { code } } } }
"""
CAPTIONS = b"WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n"


FILE = {"filename": "captions.vtt", "content_type": "text/vtt"}


@pytest.fixture
async def steps(gateways):
    return UploadSteps(gateways, viewer_of(await make_user()))


async def follow(client, id, upload, after=None):
    await client.subscribe(id, FOLLOW, {"id": id_of(upload), "after": after})


async def next_of(client, id="1"):
    return (await client.next(id))["uploadStatusChanged"]


def moves(events):
    return [(event["sequence"], event["previousStatus"], event["status"]) for event in events]


async def token_of(steps):
    return await make_token(await models.User.get(id=steps.viewer.user_id))


async def test_from_its_first_byte_to_ready(server, steps):
    token, upload = await token_of(steps), await steps.announce(len(CAPTIONS), **FILE)
    async with live_client(server) as client:
        await client.sign_in(token)
        await follow(client, "1", upload)
        seen = [await next_of(client)]
        await steps.send_whole(upload, CAPTIONS)
        await steps.complete(upload)
        seen.append(await next_of(client))
        await steps.verify(upload)
        seen.append(await next_of(client))
        assert moves(seen) == [
            (1, None, "AWAITING_BYTES"),
            (2, "AWAITING_BYTES", "VERIFYING"),
            (3, "VERIFYING", "READY"),
        ]
        log = await models.StatusEvent.filter(subject_id=upload.id).order_by("sequence")
        assert [event["occurredAt"] for event in seen] == [row.occurred_at.isoformat() for row in log]
        assert seen[0]["upload"]["media"] is None
        assert seen[2]["upload"] == {
            "id": id_of(upload),
            "status": "READY",
            "title": upload.title,
            "media": {"cueCount": 1},
            "rejection": None,
        }
        await follow(client, "after the first", upload, seen[0]["cursor"])
        resumed = [await next_of(client, "after the first") for _ in range(2)]
        assert moves(resumed) == moves(seen[1:])
        assert [event["cursor"] for event in resumed] == [event["cursor"] for event in seen[1:]]
        assert [event["upload"]["status"] for event in resumed] == ["READY", "READY"], "as it is now"
        await follow(client, "present", upload)
        present = await next_of(client, "present")
        assert moves([present]) == [(3, "VERIFYING", "READY")]
        assert present["cursor"] == seen[2]["cursor"]
    log = await models.StatusEvent.filter(subject_id=upload.id).order_by("sequence")
    assert [event["occurredAt"] for event in seen] == [row.occurred_at.isoformat() for row in log]


async def test_a_rejected_one_says_why(server, steps):
    token, broken = await token_of(steps), b"no captions at all"
    upload = await steps.arrived(broken, **FILE)
    async with live_client(server) as client:
        await client.sign_in(token)
        await follow(client, "1", upload)
        assert moves([await next_of(client)]) == [(2, "AWAITING_BYTES", "VERIFYING")]
        await steps.verify(upload)
        told = await next_of(client)
    assert moves([told]) == [(3, "VERIFYING", "REJECTED")]
    assert told["upload"]["rejection"] == {"code": "NOT_CAPTIONS"}


async def test_a_canceled_one_is_told_and_a_deleted_one_completes(server, gateways, steps):
    token, upload = await token_of(steps), await steps.announce(len(CAPTIONS), **FILE)
    async with live_client(server) as client:
        await client.sign_in(token)
        await follow(client, "1", upload)
        await next_of(client)
        await cancel_upload(viewer=steps.viewer, bus=gateways.bus, upload_id=upload.id)
        assert moves([await next_of(client)]) == [(2, "AWAITING_BYTES", "CANCELED")]
        await delete_upload(viewer=steps.viewer, bus=gateways.bus, upload_id=upload.id)
        assert await client.receive() == {"id": "1", "type": "complete"}


@pytest.mark.parametrize("after", [None, "a cursor"])
async def test_an_upload_of_others_is_not_found(server, gateways, after):
    owner, other = await make_user(), await make_user()
    upload, own = await make_upload(owner), await make_upload(other)
    before = gateways.hub.followers
    async with live_client(server) as client:
        await client.sign_in(await make_token(other))
        await follow(client, "own", own)
        cursor = (await next_of(client, "own"))["cursor"]
        await follow(client, "1", upload, after and cursor)
        frame = await client.receive()
        assert await client.receive() == {"id": "1", "type": "complete"}
        assert gateways.hub.followers == before + 1
    [error] = frame["payload"]["errors"]
    assert (error["message"], error["extensions"]["code"]) == ("There is no such upload.", "NOT_FOUND")
    assert frame["payload"]["data"] is None
