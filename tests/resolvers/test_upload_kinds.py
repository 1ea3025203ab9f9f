"""Images, sound and captions over the real API and the real S3: from announcement to READY, or a reason."""

from io import BytesIO

import httpx
import pytest
from PIL import Image

import models
from models.statuses import UploadKind
from schema.node import row_id_of
from services.carry_out_storage_deletions import carry_out_storage_deletions
from services.upload_types import UPLOAD_TYPES
from services.verify_upload import claim_upload, verify_upload
from tests.asset_files import SRT, VTT, image_file, sound
from tests.factories import make_token, make_upload, make_user
from tests.journey import COMPLETE_UPLOAD, send_form, start_upload
from tests.slow_cases import slow_after

CREATE = """
mutation ($input: CreateUploadInput!) { createUpload(input: $input) {
  upload { id kind } userErrors { code message path } } }
"""
UPLOAD = """
query ($id: ID!) { upload(id: $id) { status kind posterUrl sourceUrl rejection { code message } media {
  durationMs width height frameRate rotation videoCodec audioCodec audioChannels hasAudio hdr cueCount } } }
"""
LIST = "query ($filter: UploadFilter) { uploads(filter: $filter) { nodes { kind } } }"
NOTHING = {
    "durationMs": None,
    "width": None,
    "height": None,
    "frameRate": None,
    "rotation": None,
    "videoCodec": None,
    "audioCodec": None,
    "audioChannels": None,
    "hasAudio": False,
    "hdr": None,
    "cueCount": None,
}
MIB = 1024 * 1024


@pytest.fixture
async def token(database):
    return await make_token(await make_user())


@pytest.fixture(scope="session")
def song(tmp_path_factory):
    return sound(tmp_path_factory.mktemp("kinds") / "song.mp3", "-ac", "2").read_bytes()


async def verified(graphql, gateways, token, body, content_type):
    """Send a file and verify it as the worker would."""
    upload = await start_upload(graphql, token, body, filename="asset", contentType=content_type)
    assert (await send_form(upload["transfer"], body)).status_code == 201
    await graphql(COMPLETE_UPLOAD, {"input": {"uploadId": upload["id"]}}, token=token)
    upload_id = await claim_upload(clock=gateways.clock)
    await verify_upload(
        storage=gateways.storage, bus=gateways.bus, limits=gateways.limits, upload_id=upload_id
    )
    return (await graphql(UPLOAD, {"id": upload["id"]}, token=token))["upload"] | {"id": upload["id"]}


async def downloaded(url):
    async with httpx.AsyncClient(timeout=30) as client:
        response = await client.get(url)
    assert response.status_code == 200
    return response


@pytest.mark.parametrize(("format", "content_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg")])
async def test_an_image(graphql, gateways, token, format, content_type):
    body = image_file(format, (2000, 1000))
    upload = await verified(graphql, gateways, token, body, content_type)
    assert (upload["status"], upload["kind"]) == ("READY", "IMAGE")
    assert upload["media"] == NOTHING | {"width": 2000, "height": 1000}
    poster = await downloaded(upload["posterUrl"])
    shown = Image.open(BytesIO(poster.content))
    assert (poster.headers["content-type"], shown.format, shown.size) == (content_type, format, (1280, 640))
    assert (await downloaded(upload["sourceUrl"])).content == body


async def test_sound(graphql, gateways, token, song):
    upload = await verified(graphql, gateways, token, song, "audio/mpeg")
    assert (upload["status"], upload["kind"], upload["posterUrl"]) == ("READY", "AUDIO", None)
    assert upload["media"].pop("durationMs") == pytest.approx(4000, abs=60)
    has_sound = {"audioCodec": "mp3", "audioChannels": 2, "hasAudio": True}
    assert upload["media"] | {"durationMs": None} == NOTHING | has_sound
    assert (await downloaded(upload["sourceUrl"])).content == song


@pytest.mark.parametrize(
    ("body", "content_type"),
    slow_after(1, [(VTT, "text/vtt"), (SRT, "application/x-subrip"), (SRT, "text/srt")]),
)
async def test_captions(graphql, gateways, storage, token, body, content_type):
    upload = await verified(graphql, gateways, token, body, content_type)
    assert (upload["status"], upload["kind"], upload["posterUrl"]) == ("READY", "CAPTIONS", None)
    assert upload["media"] == NOTHING | {"durationMs": 4000, "cueCount": 2}
    assert (await downloaded(upload["sourceUrl"])).content == body
    while await carry_out_storage_deletions(storage=storage, clock=gateways.clock):
        pass
    row = await models.Upload.get(id=row_id_of(upload["id"], "Upload"))
    kept = await storage.list_objects(row.source_key.rpartition("/")[0] + "/")
    assert [item.key for item in kept] == [row.source_key]


@pytest.mark.parametrize(
    ("body", "content_type", "code", "words"),
    slow_after(
        1,
        [
            (b"Dear diary", "image/png", "NOT_AN_IMAGE", "The file is neither a PNG nor a JPEG image."),
            (image_file("PNG"), "image/jpeg", "TYPE_MISMATCH", "declared as image/jpeg, but it is PNG."),
            (
                image_file("PNG")[:60],
                "image/png",
                "TRUNCATED",
                "The image is incomplete: its end is missing.",
            ),
            (image_file("PNG"), "audio/mpeg", "NOT_SOUND", "The file is not a sound file."),
            (b"Dear diary", "text/vtt", "NOT_CAPTIONS", "The file has no captions"),
            (VTT.replace(b"-->", b"->"), "text/vtt", "NOT_CAPTIONS", "Line 3 is not a time span such as"),
            (SRT, "text/vtt", "TYPE_MISMATCH", "declared as text/vtt, but it is SubRip (.srt)."),
            (VTT, "video/mp4", "NOT_A_VIDEO", "The file is not a video."),
        ],
    ),
)
async def test_what_is_not_what_was_announced(graphql, gateways, token, body, content_type, code, words):
    upload = await verified(graphql, gateways, token, body, content_type)
    assert (upload["status"], upload["rejection"]["code"]) == ("REJECTED", code)
    assert words in upload["rejection"]["message"]
    assert (upload["media"], upload["posterUrl"], upload["sourceUrl"]) == (None, None, None)


async def test_sound_that_is_a_video_is_told_apart(graphql, gateways, token, tmp_path):
    song = sound(tmp_path / "x.m4a").read_bytes()
    upload = await verified(graphql, gateways, token, song, "video/mp4")
    assert upload["rejection"]["code"] == "NO_VIDEO_STREAM"


async def test_the_kind_follows_from_the_content_type(graphql, gateways, token):
    for number, (content_type, told) in enumerate(UPLOAD_TYPES.items()):
        input = {"filename": f"{number}", "contentType": content_type, "byteSize": 100}
        created = (await graphql(CREATE, {"input": input}, token=token))["createUpload"]
        assert (created["upload"]["kind"], created["userErrors"]) == (told.kind.value, [])
        row = await models.Upload.get(filename=f"{number}")
        assert (row.kind, row.source_key.rpartition("/")[2]) == (told.kind, f"source.{told.extension}")


@pytest.mark.parametrize(
    ("content_type", "most", "noun"),
    [
        ("image/png", 50 * MIB, "image"),
        ("text/vtt", 5 * MIB, "captions file"),
        ("audio/wav", 30 * 1024 * MIB, "sound file"),
    ],
)
async def test_each_kind_has_its_limit(graphql, token, content_type, most, noun):
    async def created(byte_size):
        input = {"filename": "x", "contentType": content_type, "byteSize": byte_size}
        return (await graphql(CREATE, {"input": input}, token=token))["createUpload"]

    assert await created(most + 1) == {
        "upload": None,
        "userErrors": [
            {
                "code": "BYTE_SIZE_INVALID",
                "message": f"The {noun} has {most + 1:,} bytes; 1 to {most:,} are allowed.",
                "path": ["input", "byteSize"],
            }
        ],
    }
    assert await models.Upload.all().count() == 0
    assert (await created(most))["userErrors"] == []


@pytest.mark.parametrize(
    "content_type", ["image/gif", "image/svg+xml", "text/html", "audio/midi", "text/plain"]
)
async def test_other_content_types_are_refused(graphql, token, content_type):
    input = {"filename": "x", "contentType": content_type, "byteSize": 5}
    (error,) = (await graphql(CREATE, {"input": input}, token=token))["createUpload"]["userErrors"]
    assert (error["code"], error["path"]) == ("CONTENT_TYPE_INVALID", ["input", "contentType"])
    assert f"“{content_type}” is not accepted" in error["message"]
    assert await models.Upload.all().count() == 0


async def test_uploads_are_listed_by_kind(graphql, database):
    owner = await make_user()
    for kind in UploadKind:
        await make_upload(owner, kind=kind, media=None)
    token = await make_token(owner)

    async def listed(filter):
        nodes = (await graphql(LIST, {"filter": filter}, token=token))["uploads"]["nodes"]
        return {node["kind"] for node in nodes}

    assert await listed({"kinds": ["IMAGE", "AUDIO"]}) == {"IMAGE", "AUDIO"}
    assert await listed({"kinds": []}) == await listed(None) == {"VIDEO", "IMAGE", "AUDIO", "CAPTIONS"}
