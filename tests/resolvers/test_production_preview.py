"""productionPreview, over HTTP."""

import asyncio
import base64
import io
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from PIL import Image

import models
from models.statuses import ProductionStatus, UploadKind, UploadStatus
from services.media.probed_media import ProbedMedia
from services.overlays import draw_overlays
from services.production_config import LowerThird, ProductionConfig, TitlePage
from tests.factories import (
    MEDIA,
    id_of,
    make_production,
    make_token,
    make_upload,
    make_user,
)

PREVIEW = """
query ($input: ProductionPreviewInput!) { productionPreview(input: $input) {
  titlePage { image x y width height startMs endMs }
  lowerThirds { image x y width height startMs endMs }
  durationMs rungs { name width height maxBitrate frameRate }
  warnings { code message path } estimate { costUsd pricesAsOf renderSeconds }
  userErrors { code message path } } }
"""
NOTHING = {
    "titlePage": None,
    "lowerThirds": [],
    "durationMs": None,
    "rungs": [],
    "warnings": [],
    "estimate": None,
}
CREATE = """
mutation ($input: CreateProductionInput!) { createProduction(input: $input) {
  production { id } userErrors { code message path } } }
"""


@pytest.fixture
async def ada(database):
    return await make_user()


@pytest.fixture
async def token(ada):
    return await make_token(ada)


@pytest.fixture
def preview(graphql, token):
    async def send(upload, config=None):
        input = {"uploadId": id_of(upload), "config": config}
        return (await graphql(PREVIEW, {"input": input}, token=token))["productionPreview"]

    return send


def png_of(overlay):
    kind, _, data = overlay["image"].partition(",")
    assert kind == "data:image/png;base64"
    return base64.b64decode(data)


async def stored_image(owner, storage, color):
    upload = await make_upload(
        owner,
        kind=UploadKind.IMAGE,
        source_key=f"t/{owner.id}/uploads/{uuid4()}/source.png",
        media={"width": 640, "height": 360, "format": "PNG"},
    )
    png = io.BytesIO()
    Image.new("RGB", (640, 360), color).save(png, "PNG")
    await storage.put(upload.source_key, png.getvalue(), content_type="image/png")
    return upload


async def test_a_default_config(preview, ada):
    upload = await make_upload(ada)
    # 5.312 s of 720p, 480p and 360p are billed as 10 s each.
    cost = round((0.015 + 0.0075 + 0.0075) * 10 / 60, 4)
    assert await preview(upload) == NOTHING | {
        "durationMs": 5312,
        "rungs": [
            {"name": "720p", "width": 1280, "height": 720, "maxBitrate": 3_500_000, "frameRate": 25.0},
            {"name": "480p", "width": 854, "height": 480, "maxBitrate": 1_400_000, "frameRate": 25.0},
            {"name": "360p", "width": 640, "height": 360, "maxBitrate": 800_000, "frameRate": 25.0},
        ],
        "estimate": {"costUsd": cost, "pricesAsOf": "2023-06-01", "renderSeconds": 16},
        "userErrors": [],
    }


async def test_the_pictures_are_those_that_are_rendered_and_times_are_the_programmes(preview, ada):
    upload = await make_upload(ada)
    answer = await preview(
        upload,
        {
            "titlePage": {"title": "Airdate", "subtitle": "From raw file to on air", "durationMs": 2000},
            "lowerThirds": [
                {"text": "Ada Lovelace", "startMs": 1500, "endMs": 2500},
                {"text": "Grace Hopper", "startMs": 4200, "endMs": 5200, "style": "BAR", "accent": "#ffd400"},
            ],
            "trim": {"keep": [{"startMs": 4000}, {"startMs": 1000, "endMs": 3000}]},
        },
    )
    texts = (
        LowerThird("Ada Lovelace", 1500, 2500),
        LowerThird("Grace Hopper", 4200, 5200, style="BAR", accent="#ffd400"),
    )
    config = ProductionConfig(TitlePage("Airdate", "From raw file to on air", 2000), texts)
    rendered = draw_overlays(config, ProbedMedia.from_json(MEDIA))
    shown = [answer["titlePage"], *answer["lowerThirds"]]
    assert [png_of(overlay) for overlay in shown] == [image.png for image in rendered]
    assert [(o["x"], o["y"], o["width"], o["height"]) for o in shown] == [
        (image.x, image.y, image.width, image.height) for image in rendered
    ]
    assert [Image.open(io.BytesIO(png_of(o))).size for o in shown] == [
        (o["width"], o["height"]) for o in shown
    ]
    # The title page; then 4000 to 5312 of the upload, and 1000 to 3000 of it.
    assert [(o["startMs"], o["endMs"]) for o in shown] == [(0, 2000), (3812, 4812), (2200, 3200)]
    assert answer["durationMs"] == 2000 + 1312 + 2000


async def test_a_title_pages_image_and_logo_come_from_storage(preview, ada, storage):
    image = await stored_image(ada, storage, "#00ff00")
    logo = await stored_image(ada, storage, "#ff0000")
    page = {"title": "Airdate", "backgroundUploadId": id_of(image), "logoUploadId": id_of(logo)}
    answer = await preview(await make_upload(ada), {"titlePage": page})
    drawn = Image.open(io.BytesIO(png_of(answer["titlePage"]))).convert("RGB")
    red, green, blue = drawn.getpixel((5, 5))
    assert green > 2 * red
    assert green > 2 * blue
    assert (255, 0, 0) in {color for _, color in drawn.getcolors(1 << 20)}
    assert [(warning["code"], warning["path"][-1]) for warning in answer["warnings"]] == [
        ("IMAGE_ENLARGED", "backgroundUploadId")
    ]


async def test_an_image_that_is_gone_is_told_of(preview, ada, storage):
    image = await stored_image(ada, storage, "#0000ff")
    upload = await make_upload(ada)
    await storage.delete_prefix(image.source_key)
    page = {"title": "Airdate", "backgroundUploadId": id_of(image), "logoUploadId": id_of(image)}
    assert await preview(upload, {"titlePage": page}) == NOTHING | {
        "userErrors": [
            {
                "code": "CONFIG_INVALID",
                "message": "The image is no longer there.",
                "path": ["input", "config", "titlePage", field],
            }
            for field in ("backgroundUploadId", "logoUploadId")
        ]
    }


async def test_one_user_draws_one_preview_at_a_time(monkeypatch, graphql, token, ada):
    """Another's is drawn beside it."""
    bob = await make_user("Bob")
    drawn, most = Counter(), Counter()

    def watched(config, media, images):
        title = config.title_page.title
        drawn[title] += 1
        most[title] = max(most[title], drawn[title])
        if len(most) == 2:
            both_began.set()
        both_began.wait(10)
        pictures = draw_overlays(config, media, images)
        drawn[title] -= 1
        return pictures

    both_began = threading.Event()
    monkeypatch.setattr("services.production_preview.draw_overlays", watched)

    async def previews(owner, title, token):
        input = {"uploadId": id_of(await make_upload(owner)), "config": {"titlePage": {"title": title}}}
        return [graphql(PREVIEW, {"input": input}, token=token) for _ in range(3)]

    asked = [*await previews(ada, "Ada", token), *await previews(bob, "Bob", await make_token(bob))]
    await asyncio.gather(*asked)
    assert both_began.is_set()
    assert most == {"Ada": 1, "Bob": 1}


async def test_a_document_asks_for_few_previews(graphql_raw, ada, token):
    def document(count):
        fields = [f"p{n}: productionPreview(input: $input) {{ durationMs }}" for n in range(count)]
        return f"query ($input: ProductionPreviewInput!) {{ {' '.join(fields)} }}"

    variables = {"input": {"uploadId": id_of(await make_upload(ada))}}
    few = await graphql_raw(document(4), variables, token=token)
    assert few["data"] == {f"p{n}": {"durationMs": 5312} for n in range(4)}
    many = await graphql_raw(document(5), variables, token=token)
    assert [error["message"] for error in many["errors"]] == ["Ask for at most 4 previews at once."]
    assert many["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_what_create_production_refuses_is_told_in_the_same_words(graphql, preview, ada, token):
    foreign = await make_upload(await make_user("Bob"), kind=UploadKind.IMAGE)
    image = await make_upload(ada, kind=UploadKind.IMAGE, media={"width": 1, "height": 1, "format": "png"})
    waiting = await make_upload(ada, status=UploadStatus.AWAITING_BYTES, media=None)
    upload = await make_upload(ada)
    invalid = {
        "titlePage": {"title": " ", "background": "blue"},
        "lowerThirds": [{"text": "Ada", "startMs": 5000, "endMs": 9000}],
    }
    foreign_logo = {"titlePage": {"title": "Airdate", "logoUploadId": id_of(foreign)}}
    cases = [(foreign, None), (image, None), (waiting, None), (upload, invalid), (upload, foreign_logo)]
    told = []
    for subject, config in cases:
        answer = await preview(subject, config)
        input = {"uploadId": id_of(subject), "config": config}
        created = (await graphql(CREATE, {"input": input}, token=token))["createProduction"]
        assert answer == NOTHING | {"userErrors": created["userErrors"]}
        told.append([(error["code"], error["path"][-1]) for error in answer["userErrors"]])
    assert told == [
        [("UPLOAD_NOT_FOUND", "uploadId")],
        [("UPLOAD_NOT_A_VIDEO", "uploadId")],
        [("UPLOAD_NOT_READY", "uploadId")],
        [("CONFIG_INVALID", "title"), ("CONFIG_INVALID", "background"), ("CONFIG_INVALID", "endMs")],
        [("CONFIG_INVALID", "logoUploadId")],
    ]


async def test_a_text_in_a_part_shown_twice_is_shown_twice(graphql, ada, token):
    kept = [{"startMs": 1000, "endMs": 3000}, {"startMs": 0, "endMs": 1200}, {"endMs": 4000}]
    config = {
        "titlePage": {"title": "Airdate", "durationMs": 500},
        "lowerThirds": [{"text": "Ada", "startMs": 1100, "endMs": 2000}],
        "trim": {"keep": kept},
    }
    document = """query ($input: ProductionPreviewInput!) { productionPreview(input: $input) {
      lowerThirds { startMs endMs showings { startMs endMs } } durationMs } }"""
    input = {"uploadId": id_of(await make_upload(ada)), "config": config}
    answer = (await graphql(document, {"input": input}, token=token))["productionPreview"]
    first, again = {"startMs": 600, "endMs": 1500}, {"startMs": 4800, "endMs": 5700}
    assert answer == {"lowerThirds": [first | {"showings": [first, again]}], "durationMs": 7700}


async def test_nobody_signed_in_previews_nothing(graphql_raw, ada):
    input = {"uploadId": id_of(await make_upload(ada))}
    body = await graphql_raw(PREVIEW, {"input": input})
    assert [error["extensions"]["code"] for error in body["errors"]] == ["UNAUTHENTICATED"]


async def test_a_preview_leaves_nothing_behind(preview, ada):
    await preview(await make_upload(ada), {"titlePage": {"title": "Airdate"}})
    assert (await models.Production.all().count(), await models.Render.all().count()) == (0, 0)


async def test_an_estimate_goes_by_the_last_renders(preview, ada):
    upload = await make_upload(ada)
    expected = (await preview(upload))["estimate"]["renderSeconds"]
    job = {"Settings": {"OutputGroups": []}}
    for seconds in (4000, 45, 45):
        production = await make_production(ada, upload=upload, status=ProductionStatus.COMPLETED)
        started = datetime.now(UTC) - timedelta(hours=2)
        await models.Render.filter(production_id=production.id).update(
            settings=job,
            outputs=[{"kind": "HLS", "durationMs": 5312}],
            started_at=started,
            finished_at=started + timedelta(seconds=seconds),
        )
    # A job without outputs takes the usual 15 s; the median render took three times as long.
    told = (await preview(upload))["estimate"]["renderSeconds"]
    assert 3 * (expected - 1) < told <= 3 * expected
