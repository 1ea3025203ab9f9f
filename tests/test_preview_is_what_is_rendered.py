"""What productionPreview shows is, to the byte, what a render is given, and what is then on its frames."""

import base64
import io

import av
import numpy as np
import pytest
from av.video.reformatter import Colorspace
from PIL import Image

import models
from schema.node import row_id_of
from tests.factories import make_token, make_user
from tests.journey import ready_upload, rendered
from tests.media import clip

PREVIEW = """
query ($input: ProductionPreviewInput!) { productionPreview(input: $input) {
  titlePage { ...shown } lowerThirds { ...shown } durationMs rungs { width height } userErrors { message } } }
fragment shown on OverlayPreview { image x y width height startMs endMs }
"""
CONFIG = {
    "titlePage": {"title": "Airdate", "subtitle": "A test", "durationMs": 1000, "background": "#204060"},
    "lowerThirds": [
        {"text": "Ada", "startMs": 200, "endMs": 1000, "style": "BAR", "accent": "#ffd400"},
        {"text": "Ana", "startMs": 1000, "endMs": 1800, "style": "BAR", "position": "TOP_RIGHT"},
    ],
    "outputs": {"mp4": True},
}
# H.264 at the bitrate of a small rung, with colours at half the resolution, beside restless bars.
CODEC_TOLERANCE = 10


def opened(overlay):
    png = base64.b64decode(overlay["image"].partition(",")[2])
    return png, np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def frame_at(video, at_ms):
    """The frame shown at a moment, as RGB."""
    with av.open(io.BytesIO(video)) as container:
        stream = container.streams.video[0]
        shown = None
        for frame in container.decode(stream):
            if frame.pts * frame.time_base * 1000 > at_ms:
                break
            shown = frame
        upright = shown.reformat(format="rgb24", src_colorspace=Colorspace.ITU709)
        return upright.to_ndarray().astype(int)


@pytest.mark.slow
async def test_the_preview_is_what_is_rendered(graphql, server, worker, storage, clips):
    token = await make_token(await make_user())
    upload = await ready_upload(graphql, token, clip(clips / "previewed.mp4", size="640x360"))
    input = {"uploadId": upload["id"], "config": CONFIG}
    preview = (await graphql(PREVIEW, {"input": input}, token=token))["productionPreview"]
    assert preview["userErrors"] == []
    production_id = await rendered(graphql, server, token, upload["id"], CONFIG)
    production = await models.Production.get(id=row_id_of(production_id, "Production"))
    render = await models.Render.get(production_id=production.id)

    shown = [preview["titlePage"], *preview["lowerThirds"]]
    names = ["title.png", "lower-third-1.png", "lower-third-2.png"]
    stored = [await storage.get(f"{render.output_prefix}/assets/{name}") for name in names]
    assert [opened(overlay)[0] for overlay in shown] == stored

    mp4 = next(output for output in render.outputs if output["kind"] == "MP4")
    assert abs(mp4["durationMs"] - preview["durationMs"]) <= 40
    (key,) = [item.key for item in await storage.list_objects(f"{render.output_prefix}/mp4/")]
    video = await storage.get(key)
    for overlay in shown:
        _, pixels = opened(overlay)
        frame = frame_at(video, (overlay["startMs"] + overlay["endMs"]) // 2)
        assert frame.shape[:2] == (preview["rungs"][0]["height"], preview["rungs"][0]["width"])
        x, y = overlay["x"], overlay["y"]
        seen = frame[y : y + overlay["height"], x : x + overlay["width"]]
        assert np.abs(seen - pixels).mean() < CODEC_TOLERANCE
    before = frame_at(video, preview["lowerThirds"][0]["startMs"] - 50)
    _, pixels = opened(preview["lowerThirds"][0])
    x, y = shown[1]["x"], shown[1]["y"]
    assert np.abs(before[y : y + pixels.shape[0], x : x + pixels.shape[1]] - pixels).mean() > 40
