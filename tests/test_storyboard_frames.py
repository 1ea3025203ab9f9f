"""The storyboard of real renders: a clip whose grey tells its second, and which second each cue shows."""

import io
import math
import re
from itertools import pairwise

import httpx
import numpy as np
import pytest
from PIL import Image

from tests.factories import make_token, make_user
from tests.journey import ready_upload, rendered
from tests.media import SMALL, lavfi, run_ffmpeg

STORYBOARD = "query ($id: ID!) { production(id: $id) { storyboardUrl } }"
GREYS = 12
TITLE = {"title": "I", "durationMs": 2000, "background": "#0000ff", "fadeInMs": 0, "fadeOutMs": 0}


def clock_clip(path, size, seconds, rate):
    """A grey for each second: 12 of them, again and again."""
    grey = f"geq=lum='16+18*mod(floor(T),{GREYS})':cb=128:cr=128"
    return run_ffmpeg(path, *lavfi(f"color=black:s={size}:r={rate}:d={seconds},{grey}"), *SMALL)


def second_of(picture):
    """Which of the greys it shows; None for the blue of the title page."""
    red, _, blue = np.asarray(picture.convert("RGB"), float)[1:4, 1:4].reshape(-1, 3).mean(axis=0)
    return None if blue > red + 60 else round(red * 219 / 255 / 18)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "rate", "seconds", "config", "shown"),
    [
        ("90x160", "25", 11, {"titlePage": TITLE}, [(0, 11)]),
        ("64x36", "30000/1001", 4, {}, [(0, 4)]),
        (
            "160x90",
            "25",
            11,
            {
                "titlePage": TITLE,
                "trim": {"keep": [{"startMs": 8000, "endMs": 10000}, {"startMs": 2000, "endMs": 5000}]},
            },
            [(8, 10), (2, 5)],
        ),
        ("64x36", "5", 205, {"trim": {"keep": [{"startMs": 3000}]}}, [(3, 205)]),
    ],
    ids=["portrait", "tiny", "cut", "long"],
)
async def test_each_cue_shows_its_moment(
    graphql, server, worker, clips, request, size, rate, seconds, config, shown
):
    token = await make_token(await make_user())
    clip = clock_clip(clips / f"{request.node.callspec.id}.mp4", size, seconds, rate)
    upload = await ready_upload(graphql, token, clip)
    production_id = await rendered(graphql, server, token, upload["id"], config)
    url = (await graphql(STORYBOARD, {"id": production_id}, token=token))["production"]["storyboardUrl"]
    title = [None] * (2 if "titlePage" in config else 0)
    programme = [*title, *(second % GREYS for start, end in shown for second in range(start, end))]
    cues = await read(url)
    assert cues[0][0] == 0
    assert all(end == after for (_, end, _), (after, _, _) in pairwise(cues))
    assert cues[-1][1] == pytest.approx(len(programme), abs=0.1)
    assert len(cues) == math.ceil(len(programme) / (cues[0][1] - cues[0][0]))
    for start, _, picture in cues:
        # Right at a second's beginning a rate of 29.97 is still a frame before it.
        allowed = {
            programme[int(max(0, start - 0.05))],
            programme[min(int(start + 0.05), len(programme) - 1)],
        }
        assert second_of(picture) in allowed, start


async def read(url):
    """Start, end and picture of each cue."""
    async with httpx.AsyncClient(timeout=30) as client:
        text = (await client.get(url)).text
        found, tiles = [], {}
        times = r"(\d+):(\d+):([\d.]+)"
        for match in re.finditer(rf"{times} --> {times}\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)", text):
            h1, m1, s1, h2, m2, s2, name, *box = match.groups()
            if name not in tiles:
                answer = await client.get(str(httpx.URL(url).join(name)))
                tiles[name] = Image.open(io.BytesIO(answer.content))
            x, y, width, height = map(int, box)
            assert x + width <= tiles[name].width
            assert y + height <= tiles[name].height
            start = int(h1) * 3600 + int(m1) * 60 + float(s1)
            end = int(h2) * 3600 + int(m2) * 60 + float(s2)
            found.append((start, end, tiles[name].crop((x, y, x + width, y + height))))
    return found
