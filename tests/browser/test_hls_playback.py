"""What was rendered, played by hls.js in Chromium: levels change without error; captions, sprites."""

import asyncio
import itertools

import pytest
from aiohttp import web

from tests.browser.browser import in_browser
from tests.embedded.mediaconvert.conftest import BUCKET
from tests.embedded.mediaconvert.fidelity import NTSC, ended_well, nominal, put, request_at
from tests.embedded.mediaconvert.job_requests import with_captions, with_ladder
from tests.factories import make_token, make_user
from tests.journey import ready_upload, rendered
from tests.local_server import serving
from tests.media import SMALL, SOUND, clip, lavfi, run_ffmpeg

pytestmark = pytest.mark.slow
HEIGHTS = (180, 108, 72)
# With a segment each second; `nextLevel` waits for the next one, `currentLevel` does not.
SWITCHES = [
    {"at": 2.0, "how": "nextLevel", "to": 2},
    {"at": 5.0, "how": "currentLevel", "to": 1},
    {"at": 7.5, "how": "nextLevel", "to": 0},
    {"at": 10.0, "how": "currentLevel", "to": 2},
]
# With six seconds a segment.
SLOW_SWITCHES = [
    {"at": 2.0, "how": "currentLevel", "to": 2},
    {"at": 3.5, "how": "nextLevel", "to": 0},
    {"at": 9.0, "how": "currentLevel", "to": 1},
]
CUES = [(0.5, 1.5, "First"), (3.0, 4.25, "Second & last"), (9.9, 11.0, "Over a cut")]
TITLE_MS = 1000
SECONDS = 13


@pytest.fixture
async def files(s3):
    """The origin of a web server that gives what is in storage."""

    async def give(request: web.Request) -> web.Response:
        answer = await s3.get_object(Bucket=BUCKET, Key=request.match_info["key"])
        return web.Response(body=await answer["Body"].read(), content_type=answer["ContentType"])

    async with serving(web.get("/media/{key:.*}", give)) as origin:
        yield origin


def assert_played(told, duration, switches):
    assert told["errors"] == []
    assert told["ended"]
    assert told["left"] == 0
    assert told["back"] == 0
    assert told["duration"] - told["first"] == pytest.approx(duration, abs=0.05)
    assert told["position"] == pytest.approx(told["duration"], abs=0.1)
    # What is seen counts: hls.js leaves out its own event when one change follows another soon.
    assert told["sizes"] == [told["levels"][level] for level in (0, *(each["to"] for each in switches))]


async def put_captions(s3):
    def time(seconds):
        return f"00:00:{seconds:06.3f}"

    cues = [f"{time(start)} --> {time(end)}\n{text.replace('&', '&amp;')}\n" for start, end, text in CUES]
    body = "\n".join(["WEBVTT\n", *cues])
    await s3.put_object(Bucket=BUCKET, Key="in/captions.vtt", Body=body.encode())
    return f"s3://{BUCKET}/in/captions.vtt"


async def test_levels_change_without_an_error_and_captions_fit(
    browser, files, mediaconvert, s3, events, tmp_path
):
    source = await put(s3, clip(tmp_path / "played.mp4", rate=str(NTSC), seconds=SECONDS))
    request = request_at(source, "played", NTSC, title_ms=TITLE_MS)
    request = with_captions(with_ladder(request, "played", heights=HEIGHTS), await put_captions(s3))
    await ended_well(mediaconvert, events, request)
    told = await in_browser(
        files, "playThrough", playlist=f"{files}/media/out/played/index.m3u8", switches=SWITCHES
    )
    assert told["levels"] == [[128, 72], [192, 108], [320, 180]]
    title = float(nominal(NTSC) * TITLE_MS / 1000 / NTSC)
    frames = nominal(NTSC) * TITLE_MS / 1000 + round(SECONDS * NTSC)
    assert_played(told, float(frames / NTSC), SWITCHES)
    assert told["subtitles"] == [{"name": "English", "lang": "eng"}]
    expected = [(start + title, end + title, text) for start, end, text in CUES]
    assert len(told["cues"]) == len(expected), told["cues"]
    for (start, end, text), cue in zip(expected, told["cues"], strict=True):
        assert cue == [pytest.approx(start, abs=0.02), pytest.approx(end, abs=0.02), text]


PLAYBACK = "query ($id: ID!) { production(id: $id) { storyboardUrl playback { hlsUrl } } }"
GREYS = [16 + 16 * second for second in range(14)]


def stepped_clip(path):
    """Every second a lighter grey: 1280x720, 10 frames/s, 14 s, with a tone."""
    steps = "color=c=black:s=32x18:r=10:d=14,geq=lum='16+16*floor(T+0.01)':cb=128:cr=128,scale=1280:720"
    return run_ffmpeg(path, *lavfi(steps), *lavfi("sine=frequency=440:duration=14"), *SMALL, *SOUND)


async def test_a_production_plays_and_its_storyboard_shows_the_right_moments(
    browser, graphql, server, worker, tmp_path
):
    token = await make_token(await make_user())
    upload = await ready_upload(graphql, token, stepped_clip(tmp_path / "steps.mp4"))
    production = await rendered(graphql, server, token, upload["id"])
    found = (await graphql(PLAYBACK, {"id": production}, token=token))["production"]
    told, shown = await asyncio.gather(
        in_browser(server, "playThrough", playlist=found["playback"]["hlsUrl"], switches=SLOW_SWITCHES),
        in_browser(server, "readStoryboard", address=found["storyboardUrl"]),
    )
    assert_played(told, 14.0, SLOW_SWITCHES)
    assert sorted(told["levels"]) == [[640, 360], [854, 480], [1280, 720]]
    assert shown[0]["start"] == 0
    assert shown[-1]["end"] == pytest.approx(14.0, abs=0.1)
    for before, after in itertools.pairwise(shown):
        assert before["end"] == after["start"]
    for picture in shown:
        # Video's black is 16 and its white 235.
        grey = (GREYS[int(picture["start"] + 0.001)] - 16) * 255 / 219
        assert picture["colour"] == [pytest.approx(grey, abs=8)] * 3, picture
        assert picture["width"] / picture["height"] == pytest.approx(16 / 9, abs=0.03)
