"""Uploads over the real API and the real S3: what is sent, what is refused, and what is left of it."""

import asyncio
import hashlib
from datetime import timedelta

import httpx
import pytest

import models
from models.statuses import UploadStatus
from services.expire_uploads import expire_uploads
from services.upload_keys import incoming_key
from services.verify_upload import claim_upload, verify_upload
from tests.factories import id_of, make_token, make_upload, make_user
from tests.journey import UPLOAD, send_form, start_upload
from tests.media import audio_only_clip, clip
from tests.resolvers.upload_journey import DELETE, completed, stored, swept
from tests.slow_cases import slow_after

CREATE = """
mutation ($input: CreateUploadInput!) { createUpload(input: $input) {
  upload { id } userErrors { code path } } }
"""
PARTS = """
query ($id: ID!, $numbers: [Int!]!) { upload(id: $id) { status transfer { ... on MultipartTransfer {
  partSize partCount uploadedParts { number byteSize etag } parts(numbers: $numbers) { number url } } } } }
"""
MIB = 1024 * 1024
LARGE = 11 * MIB


@pytest.fixture
async def token(database):
    return await make_token(await make_user())


@pytest.fixture(scope="session")
def video(tmp_path_factory):
    return clip(tmp_path_factory.mktemp("uploads") / "clip.mp4").read_bytes()


async def verified(graphql, gateways, token, body, **input):
    """Send a file and verify it as the worker would."""
    upload = await start_upload(graphql, token, body, **input)
    response = await send_form(upload["transfer"], body)
    assert response.status_code == 201, response.text
    await completed(graphql, token, upload["id"])
    await verified_next(gateways)
    return (await graphql(UPLOAD, {"id": upload["id"]}, token=token))["upload"]


async def verified_next(gateways):
    upload_id = await claim_upload(clock=gateways.clock)
    assert upload_id is not None
    await verify_upload(
        storage=gateways.storage, bus=gateways.bus, limits=gateways.limits, upload_id=upload_id
    )


@pytest.mark.parametrize(
    ("input", "error"),
    [
        ({"filename": ""}, ("FILENAME_INVALID", "filename")),
        ({"filename": "a/b.mp4"}, ("FILENAME_INVALID", "filename")),
        ({"filename": "x" * 256}, ("FILENAME_INVALID", "filename")),
        ({"filename": "a\nb.mp4"}, ("FILENAME_INVALID", "filename")),
        ({"contentType": "text/plain"}, ("CONTENT_TYPE_INVALID", "contentType")),
        ({"byteSize": 0}, ("BYTE_SIZE_INVALID", "byteSize")),
        ({"byteSize": -1}, ("BYTE_SIZE_INVALID", "byteSize")),
        ({"byteSize": 2**40}, ("BYTE_SIZE_INVALID", "byteSize")),
        ({"checksumSha256": "12"}, ("CHECKSUM_INVALID", "checksumSha256")),
        ({"title": "x" * 201}, ("TITLE_INVALID", "title")),
    ],
)
async def test_a_wrong_announcement_is_refused(graphql, token, input, error):
    values = {"filename": "a.mp4", "contentType": "video/mp4", "byteSize": 1000} | input
    data = await graphql(CREATE, {"input": values}, token=token)
    assert data["createUpload"] == {
        "upload": None,
        "userErrors": [{"code": error[0], "path": ["input", error[1]]}],
    }
    assert await models.Upload.all().count() == 0


async def test_a_name_in_any_script_is_kept_and_no_part_of_the_key(graphql, token):
    values = {"filename": "Ünïcödé – 日本 🎬.mov", "contentType": "video/quicktime", "byteSize": 5}
    await graphql(CREATE, {"input": values}, token=token)
    row = await models.Upload.get()
    assert row.filename == values["filename"]
    assert row.source_key == f"t/{row.owner_id}/uploads/{row.id}/source.mov"


async def test_the_form_takes_this_file_and_no_other(graphql, gateways, storage, token, video):
    upload = await start_upload(graphql, token, video)
    form = upload["transfer"]

    def with_field(name, value):
        fields = [f if f["name"] != name else {"name": name, "value": value} for f in form["fields"]]
        return form | {"fields": fields}

    refusals = [
        await send_form(form, video + b"x"),
        await send_form(form, video[:-1]),
        await send_form(with_field("Content-Type", "text/html"), video),
        await send_form(with_field("key", "t/somebody/else.mp4"), video),
        await send_form(with_field("x-amz-signature", "0" * 64), video),
    ]
    assert all(response.status_code in (400, 403) for response in refusals), refusals
    assert await stored(storage, upload["id"]) == []
    assert (await send_form(form, video)).status_code == 201
    assert len(await stored(storage, upload["id"])) == 1


async def test_an_expired_form_is_refused_by_storage(storage, gateways):
    form = await storage.presign_post("t/x/late.mp4", content_type="video/mp4", byte_size=3, seconds=-5)
    fields = [{"name": name, "value": value} for name, value in form.fields.items()]
    response = await send_form({"url": form.url, "fields": fields}, b"abc")
    assert response.status_code == 403
    assert await storage.head("t/x/late.mp4") is None


async def test_a_good_file_becomes_ready(graphql, gateways, storage, token, video):
    checksum = hashlib.sha256(video).hexdigest()
    upload = await verified(graphql, gateways, token, video, checksumSha256=checksum.upper())
    assert upload["status"] == "READY"
    assert upload["media"]["durationMs"] == 2000
    await swept(gateways)
    names = [key.rpartition("/")[2] for key in await stored(storage, upload["id"])]
    assert names == ["poster.jpg", "source.mp4"]


@pytest.mark.parametrize(
    ("make", "input", "code"),
    slow_after(
        1,
        [
            (lambda video, tmp: b"This is a text.\n" * 100, {}, "NOT_A_VIDEO"),
            (lambda video, tmp: video[: len(video) // 2], {}, "TRUNCATED"),
            (lambda video, tmp: audio_only_clip(tmp / "sound.m4a").read_bytes(), {}, "NO_VIDEO_STREAM"),
            (lambda video, tmp: video, {"checksumSha256": "0" * 64}, "CHECKSUM_MISMATCH"),
            (lambda video, tmp: video, {"contentType": "video/x-matroska"}, "TYPE_MISMATCH"),
        ],
    ),
    ids=["text", "truncated", "sound only", "checksum", "another type"],
)
async def test_a_bad_file_is_rejected_and_removed(
    graphql, gateways, storage, token, video, tmp_path, make, input, code
):
    upload = await verified(graphql, gateways, token, make(video, tmp_path), **input)
    assert (upload["status"], upload["rejection"]["code"]) == ("REJECTED", code)
    assert upload["rejection"]["message"].endswith(".")
    assert upload["media"] is None
    await swept(gateways)
    assert await stored(storage, upload["id"]) == []


@pytest.mark.parametrize(("body", "code"), [(b"", "EMPTY"), (b"short", "SIZE_MISMATCH")])
async def test_storage_is_not_believed_blindly(graphql, gateways, storage, token, body, code):
    upload = await start_upload(graphql, token, b"x" * 1000)
    row = await models.Upload.get()
    await storage.put(incoming_key(row), body, content_type="video/mp4")
    await completed(graphql, token, upload["id"])
    await verified_next(gateways)
    settled = (await graphql(UPLOAD, {"id": upload["id"]}, token=token))["upload"]
    assert settled["rejection"]["code"] == code


async def test_completing_before_the_bytes_came_changes_nothing(graphql, token, video):
    upload = await start_upload(graphql, token, video)
    payload = await completed(graphql, token, upload["id"])
    assert [error["code"] for error in payload["userErrors"]] == ["BYTES_MISSING"]
    assert (await models.Upload.get()).status is UploadStatus.AWAITING_BYTES
    assert (await send_form(upload["transfer"], video)).status_code == 201
    first = await completed(graphql, token, upload["id"])
    again = await completed(graphql, token, upload["id"])
    assert first == again
    assert first["upload"]["status"] == "VERIFYING"


async def put(url, body):
    async with httpx.AsyncClient(timeout=30) as client:
        return await client.put(url, content=body)


async def test_parts_are_resumed_after_a_lost_connection(graphql, gateways, storage, token):
    body = bytes(range(256)) * (LARGE // 256)
    upload = await start_upload(graphql, token, body)
    assert upload["transfer"]["__typename"] == "MultipartTransfer"
    assert (upload["transfer"]["partSize"], upload["transfer"]["partCount"]) == (5 * MIB, 3)
    pieces = [body[start : start + 5 * MIB] for start in range(0, LARGE, 5 * MIB)]
    second = upload["transfer"]["parts"][1]["url"]
    assert (await put(second, pieces[1])).status_code == 200

    early = await completed(graphql, token, upload["id"])
    assert [(e["code"], e["message"]) for e in early["userErrors"]] == [
        ("PARTS_MISSING", "These parts have not arrived: 1, 3.")
    ]
    assert (await models.Upload.get()).status is UploadStatus.AWAITING_BYTES

    asked = {"id": upload["id"], "numbers": [1, 3]}
    transfer = (await graphql(PARTS, asked, token=token))["upload"]["transfer"]
    (there,) = transfer["uploadedParts"]
    assert (there["number"], there["byteSize"]) == (2, 5 * MIB)
    for part, piece in zip(transfer["parts"], (pieces[0], pieces[2]), strict=True):
        assert (await put(part["url"], piece)).status_code == 200
    wrong = await completed(graphql, token, upload["id"], parts=[{"number": 1, "etag": "wrong"}])
    assert [(e["code"], e["path"]) for e in wrong["userErrors"]] == [
        ("PARTS_INVALID", ["input", "parts", "0"])
    ]
    done = await completed(graphql, token, upload["id"])
    assert done == {"upload": {"id": upload["id"], "status": "VERIFYING"}, "userErrors": []}
    assert await completed(graphql, token, upload["id"]) == done
    row = await models.Upload.get()
    assert await storage.get(row.source_key) == body


async def test_part_numbers_outside_the_file_are_refused(graphql, graphql_raw, token):
    upload = await start_upload(graphql, token, b"x" * LARGE)
    for numbers in ([0], [4], [1] * 101):
        body = await graphql_raw(PARTS, {"id": upload["id"], "numbers": numbers}, token)
        assert body["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_an_abandoned_upload_expires_with_its_parts(graphql, gateways, storage, token):
    upload = await start_upload(graphql, token, b"x" * LARGE)
    assert (await put(upload["transfer"]["parts"][0]["url"], b"x" * 5 * MIB)).status_code == 200
    row = await models.Upload.get()
    assert len(await storage.uploaded_parts(row.source_key, row.multipart_id)) == 1
    assert await expire_uploads(bus=gateways.bus, clock=gateways.clock) == 0
    await models.Upload.all().update(expires_at=gateways.clock.now() - timedelta(seconds=1))
    late = await completed(graphql, token, upload["id"])
    assert [error["code"] for error in late["userErrors"]] == ["UPLOAD_EXPIRED"]
    assert await expire_uploads(bus=gateways.bus, clock=gateways.clock) == 1
    await swept(gateways)
    assert (await models.Upload.get()).status is UploadStatus.EXPIRED
    assert await storage.uploaded_parts(row.source_key, row.multipart_id) == []
    assert await models.StorageDeletion.all().count() == 0
    shown = (await graphql(PARTS, {"id": upload["id"], "numbers": [1]}, token=token))["upload"]
    assert shown == {"status": "EXPIRED", "transfer": None}


async def test_one_key_makes_one_upload(graphql, gateways, storage, token):
    values = {"filename": "a.mp4", "contentType": "video/mp4", "byteSize": LARGE, "idempotencyKey": "once"}

    async def create(**changes):
        return (await graphql(CREATE, {"input": values | changes}, token=token))["createUpload"]

    answers = await asyncio.gather(*(create() for _ in range(5)))
    row = await models.Upload.get()
    assert answers == [{"upload": {"id": id_of(row)}, "userErrors": []}] * 5
    listed = await storage._client.list_multipart_uploads(Bucket=storage._bucket)
    started = [item["UploadId"] for item in listed.get("Uploads", []) if str(row.owner_id) in item["Key"]]
    assert started == [row.multipart_id], "the uploads that lost the race were given up"
    other = await create(byteSize=5)
    assert other["userErrors"] == [{"code": "IDEMPOTENCY_KEY_REUSED", "path": ["input", "idempotencyKey"]}]
    await graphql(DELETE, {"i": {"uploadId": id_of(row)}}, token=token)
    again = await create()
    assert again["upload"]["id"] != id_of(row), "what was deleted is made anew"


async def test_storage_that_fails_leaves_the_upload_to_be_verified_later(graphql, gateways, token, video):
    upload = await start_upload(graphql, token, video)
    await send_form(upload["transfer"], video)
    await completed(graphql, token, upload["id"])

    class Failing:
        async def copy(self, source, target):
            raise ConnectionError("storage is away")

    upload_id = await claim_upload(clock=gateways.clock)
    with pytest.raises(ConnectionError):
        await verify_upload(storage=Failing(), bus=gateways.bus, limits=gateways.limits, upload_id=upload_id)
    assert await claim_upload(clock=gateways.clock) is None, "leased to the worker that failed"
    row = await models.Upload.get()
    assert (row.status, row.attempts) == (UploadStatus.VERIFYING, 1)
    await models.Upload.all().update(leased_until=gateways.clock.now() - timedelta(seconds=1))
    await verified_next(gateways)
    assert (await models.Upload.get()).status is UploadStatus.READY


async def test_two_workers_never_claim_the_same_upload(gateways):
    owner = await make_user()
    for _ in range(6):
        await make_upload(owner, status=UploadStatus.VERIFYING)
    claims = await asyncio.gather(*(claim_upload(clock=gateways.clock) for _ in range(10)))
    found = [claim for claim in claims if claim is not None]
    assert len(found) == len(set(found)) == 6
