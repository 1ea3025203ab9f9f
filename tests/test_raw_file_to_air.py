"""The whole main job, on real parts and real video: from a raw file to what a stranger watches."""

import io
import re

import av
import httpx
import numpy as np
import pytest
from PIL import Image

from models.statuses import SpaceVisibility
from tests.factories import id_of, make_space, make_token, make_user
from tests.journey import CREATE_PRODUCTION, followed_to_the_end, ready_upload, rendered
from tests.loudness import integrated_loudness
from tests.media import (
    dropped_frames_clip,
    mono_clip,
    odd_sized_clip,
    portrait_clip,
    real_clip,
    silent_clip,
    variable_frame_rate_clip,
)
from tests.slow_cases import slow_after

PLAYBACK = """
query ($id: ID!) { production(id: $id) { title posterUrl storyboardUrl
  outputs { kind width height byteSize durationMs bitrate }
  playback { hlsUrl mp4Url embedUrl expiresAt } } }
"""
PUBLISH = """
mutation ($input: PublishInput!) { publish(input: $input) {
  publications { status } userErrors { code message } } }
"""
CONFIG = {
    "titlePage": {
        "title": "Big Buck Bunny",
        "subtitle": "A test",
        "durationMs": 2000,
        "background": "#204060",
    },
    "lowerThirds": [{"text": "Ada Lovelace", "subtext": "Analyst", "startMs": 1000, "endMs": 3000}],
    "audio": {"mode": "NORMALIZE", "targetLkfs": -20},
    "outputs": {"maxHeight": 480, "mp4": True},
}


async def fetch(url):
    async with httpx.AsyncClient(timeout=30, follow_redirects=True) as client:
        response = await client.get(url)
        assert response.status_code == 200, (url, response.status_code, response.text[:300])
        return response


async def playlists(hls_url):
    """The ladder as (width, height) with each rung's text."""
    master = (await fetch(hls_url)).text
    rungs = re.findall(r"#EXT-X-STREAM-INF:[^\n]*RESOLUTION=(\d+)x(\d+)[^\n]*\n([^\n#]+)", master)
    base = httpx.URL(hls_url)
    return {(int(w), int(h)): (await fetch(str(base.join(name)))).text for w, h, name in rungs}


async def stitched(hls_url, playlist):
    """Every segment of a rung in one file, as a player would string them."""
    base = httpx.URL(hls_url)
    names = [line for line in playlist.splitlines() if line and not line.startswith("#")]
    return b"".join([(await fetch(str(base.join(name)))).content for name in names])


def frames(media):
    """Pictures by time in seconds."""
    with av.open(io.BytesIO(media)) as container:
        stream = container.streams.video[0]
        return [
            (float(frame.pts * frame.time_base), frame.to_ndarray(format="rgb24"))
            for frame in container.decode(stream)
        ]


def lasts(media, kind="video"):
    with av.open(io.BytesIO(media)) as container:
        stream = getattr(container.streams, kind)[0]
        times = [
            float(packet.pts * packet.time_base)
            for packet in container.demux(stream)
            if packet.pts is not None
        ]
    return max(times) - min(times)


async def test_a_real_clip_goes_on_air(graphql, http, server, worker):
    owner = await make_user()
    space = await make_space(owner, visibility=SpaceVisibility.PUBLIC)
    token = await make_token(owner)
    upload = await ready_upload(graphql, token, real_clip())
    assert upload["media"] == {
        "durationMs": pytest.approx(5312, abs=50),
        "width": 1280,
        "height": 720,
        "frameRate": 25.0,
        "rotation": 0,
        "videoCodec": "h264",
        "audioCodec": "aac",
        "hasAudio": True,
        "hdr": False,
    }
    poster = Image.open(io.BytesIO((await fetch(upload["posterUrl"])).content))
    assert poster.size == (1280, 720)
    assert (await fetch(upload["sourceUrl"])).content == real_clip().read_bytes()

    made = await graphql(
        CREATE_PRODUCTION,
        {"input": {"uploadId": upload["id"], "title": "On air", "config": CONFIG}},
        token=token,
    )
    production_id = made["createProduction"]["production"]["id"]
    early = await graphql(
        PUBLISH, {"input": {"productionId": production_id, "spaceIds": [id_of(space)]}}, token=token
    )
    assert [e["code"] for e in early["publish"]["userErrors"]] == ["PRODUCTION_NOT_COMPLETED"]
    waiting = await graphql(
        PUBLISH,
        {"input": {"productionId": production_id, "spaceIds": [id_of(space)], "whenReady": True}},
        token=token,
    )
    assert waiting["publish"] == {"publications": [{"status": "WAITING"}], "userErrors": []}
    assert (await graphql(PLAYBACK, {"id": production_id}))["production"] is None

    events = await followed_to_the_end(server, token, production_id)
    statuses = [event["status"] for event in events]
    assert list(dict.fromkeys(statuses)) in (
        ["QUEUED", "PROCESSING", "COMPLETED"],
        ["PROCESSING", "COMPLETED"],
    )
    percents = [event["progressPercent"] for event in events]
    assert percents == sorted(percents)
    assert percents[-1] == 100

    shown = (await graphql(PLAYBACK, {"id": production_id}))["production"]
    assert shown["title"] == "On air"
    kinds = sorted((output["kind"], output["height"] or 0) for output in shown["outputs"])
    assert kinds == [
        ("HLS", 0),
        ("HLS_RENDITION", 360),
        ("HLS_RENDITION", 480),
        ("MP4", 480),
        ("POSTER", 480),
    ]
    assert all(o["byteSize"] > 0 for o in shown["outputs"])
    await check_pictures_and_sound(shown["playback"])
    still = Image.open(io.BytesIO((await fetch(shown["posterUrl"])).content))
    assert still.size == (854, 480)
    await check_storyboard(shown["storyboardUrl"])

    unpublish = "mutation ($i: UnpublishInput!) { unpublish(input: $i) { userErrors { code } } }"
    await graphql(unpublish, {"i": {"productionId": production_id}}, token=token)
    assert (await graphql(PLAYBACK, {"id": production_id}))["production"] is None
    assert (await http.get(shown["playback"]["hlsUrl"])).status_code == 404


async def check_pictures_and_sound(playback):
    rungs = await playlists(playback["hlsUrl"])
    assert sorted(rungs) == [(640, 360), (854, 480)]
    for playlist in rungs.values():
        media = await stitched(playback["hlsUrl"], playlist)
        assert lasts(media) == pytest.approx(2 + 5.28, abs=0.15)
        assert lasts(media, "audio") == pytest.approx(2 + 5.3, abs=0.15)
    mp4 = (await fetch(playback["mp4Url"])).content
    assert integrated_loudness(mp4) == pytest.approx(-20, abs=0.5)
    pictures = frames(mp4)
    title = picture_at(pictures, 1.0)
    assert_colour(title[10:30, 10:30], (0x20, 0x40, 0x60))
    assert title.max() > 200, "the title's text is there, bright on dark"
    assert panel_difference(pictures, 2 + 2.0, 2 + 0.5) > 12
    assert panel_difference(pictures, 2 + 3.6, 2 + 0.5) < panel_difference(pictures, 2 + 2.0, 2 + 0.5)


async def check_storyboard(url):
    """Every second has its picture, and the pictures lie inside their tile."""
    text = (await fetch(url)).text
    cues = re.findall(r"(\S+) --> (\S+)\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)", text)
    assert text.startswith("WEBVTT\n")
    assert [cue[0] for cue in cues] == [f"00:00:0{second}.000" for second in range(8)]
    tile = Image.open(io.BytesIO((await fetch(str(httpx.URL(url).join(cues[0][2])))).content))
    for x, y, width, height in (map(int, cue[3:]) for cue in cues):
        assert x + width <= tile.width
        assert y + height <= tile.height
    left, top = int(cues[1][3]), int(cues[1][4])
    title_at_one_second = np.asarray(tile.convert("RGB"))[top + 4 : top + 10, left + 4 : left + 10]
    assert_colour(title_at_one_second, (0x20, 0x40, 0x60), tolerance=30)


def picture_at(pictures, seconds):
    start = pictures[0][0]
    return min(pictures, key=lambda item: abs(item[0] - start - seconds))[1]


def assert_colour(area, colour, tolerance=14):
    mean = area.reshape(-1, 3).mean(axis=0)
    assert np.allclose(mean, colour, atol=tolerance), mean


def panel_difference(pictures, one, other):
    """How much the lower left of the frame differs between two moments."""
    first, second = picture_at(pictures, one), picture_at(pictures, other)
    height, width, _ = first.shape
    area = np.s_[int(height * 0.75) : int(height * 0.92), int(width * 0.06) : int(width * 0.3)]
    return float(np.abs(first[area].astype(int) - second[area].astype(int)).mean())


@pytest.mark.parametrize(
    ("make", "ladder", "has_sound"),
    slow_after(
        0,
        [
            (portrait_clip, [(180, 320)], False),
            (silent_clip, [(320, 180)], False),
            (mono_clip, [(320, 180)], True),
            (variable_frame_rate_clip, None, None),
            (odd_sized_clip, [(320, 180)], False),
        ],
    ),
    ids=["portrait", "silent", "mono", "variable frame rate", "odd size"],
)
async def test_unusual_clips_come_out_right(graphql, server, worker, clips, make, ladder, has_sound):
    token = await make_token(await make_user())
    upload = await ready_upload(graphql, token, make(clips / f"{make.__name__}.mp4"))
    production_id = await rendered(
        graphql, server, token, upload["id"], {"titlePage": {"title": "Hi", "durationMs": 1000}}
    )
    shown = (await graphql(PLAYBACK, {"id": production_id}, token=token))["production"]
    rungs = await playlists(shown["playback"]["hlsUrl"])
    if ladder is not None:
        assert list(rungs) == ladder
    for playlist in rungs.values():
        media = await stitched(shown["playback"]["hlsUrl"], playlist)
        expected = 1 + upload["media"]["durationMs"] / 1000
        assert lasts(media) == pytest.approx(expected, abs=0.15)
        assert lasts(media, "audio") == pytest.approx(expected, abs=0.15)
    assert has_sound is None or upload["media"]["hasAudio"] is has_sound


@pytest.mark.slow
async def test_a_cut_of_a_clip_with_lost_frames_is_where_it_was_asked_for(graphql, server, worker, clips):
    token = await make_token(await make_user())
    upload = await ready_upload(graphql, token, dropped_frames_clip(clips / "lost.mp4"))
    config = {"trim": {"keep": [{"startMs": 200, "endMs": 4000}, {"startMs": 5000, "endMs": 6960}]}}
    production_id = await rendered(graphql, server, token, upload["id"], config)
    shown = (await graphql(PLAYBACK, {"id": production_id}, token=token))["production"]
    for playlist in (await playlists(shown["playback"]["hlsUrl"])).values():
        media = await stitched(shown["playback"]["hlsUrl"], playlist)
        assert lasts(media) == pytest.approx(3.8 + 1.96, abs=0.05)
