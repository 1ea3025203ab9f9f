"""The whole way with music, captions, a title and cuts: from three files to what is seen, read and heard."""

import io
import re

import av
import httpx
import pytest

import models
from tests.factories import make_token, make_user
from tests.journey import CREATE_PRODUCTION, followed_to_the_end, verified_upload
from tests.services.sound.sounds import heard_in, level, speaking_clip, tone, tone_level

PLAYBACK = """
query ($id: ID!) { production(id: $id) { outputs { kind durationMs byteSize }
  playback { hlsUrl audioUrl mp4Url } } }
"""
SRT = """1
00:00:01,000 --> 00:00:02,500
Before the cut

2
00:00:03,000 --> 00:00:05,000
Somebody <i>speaks</i>

3
00:00:06,000 --> 00:00:07,000
After the cut
"""
BED_DB = -31.0
TIMES = r"(\d+):(\d+):(\d+)\.(\d+) --> (\d+):(\d+):(\d+)\.(\d+)[^\n]*\n([^\n]+)"


async def uploaded(graphql, token, path, **input):
    upload = await verified_upload(graphql, token, path.read_bytes(), filename=path.name, **input)
    assert upload["status"] == "READY", upload["rejection"]
    return upload["id"]


def config(music, captions):
    bed = {"uploadId": music, "gainDb": -10, "fadeInMs": 0, "fadeOutMs": 500, "duckingDb": 12}
    return {
        "titlePage": {"title": "Music", "durationMs": 2000},
        "audio": {"music": bed},
        "trim": {"keep": [{"startMs": 500, "endMs": 5500}, {"startMs": 6000}]},
        "captions": [{"uploadId": captions, "language": "en", "isDefault": True}],
        "outputs": {"audio": True, "mp4": True},
    }


@pytest.mark.slow
async def test_music_captions_title_and_cuts(graphql, server, worker, clips, tmp_path):
    token = await make_token(await make_user())
    speaking = speaking_clip(clips / "speaking.mov", (3, 5))
    video = await uploaded(graphql, token, speaking, contentType="video/quicktime")
    song = tone(clips / "song.mp3", "-b:a", "192k", seconds=4)
    music = await uploaded(graphql, token, song, contentType="audio/mpeg")
    (clips / "words.srt").write_text(SRT)
    captions = await uploaded(graphql, token, clips / "words.srt", contentType="application/x-subrip")

    asked = {"input": {"uploadId": video, "config": config(music, captions)}}
    made = (await graphql(CREATE_PRODUCTION, asked, token=token))["createProduction"]
    assert made["userErrors"] == []
    events = await followed_to_the_end(server, token, made["production"]["id"])
    assert events[-1]["status"] == "COMPLETED", events[-1]
    shown = (await graphql(PLAYBACK, {"id": made["production"]["id"]}, token=token))["production"]
    assert sorted({output["kind"] for output in shown["outputs"]}) == [
        "AUDIO",
        "CAPTIONS",
        "HLS",
        "HLS_RENDITION",
        "MP4",
        "POSTER",
    ]
    async with httpx.AsyncClient(timeout=30, follow_redirects=True) as client:
        await check_sound(await rung(client, shown["playback"]["hlsUrl"]), tmp_path / "rung.ts")
        for name in ("audioUrl", "mp4Url"):
            answer = await client.get(shown["playback"][name])
            assert answer.headers["content-disposition"].startswith("attachment")
            await check_sound(answer.content, tmp_path / f"{name}.mp4")
        await check_captions(client, shown["playback"]["hlsUrl"])
    render = await models.Render.get()
    assert render.warnings == []


async def rung(client, hls_url):
    """Every segment of the first rung in one file."""
    master = (await client.get(hls_url)).text
    name = re.search(r"#EXT-X-STREAM-INF[^\n]*\n([^\n]+)", master)[1]
    playlist = (await client.get(str(httpx.URL(hls_url).join(name)))).text
    names = [line for line in playlist.splitlines() if line and not line.startswith("#")]
    return b"".join([(await client.get(str(httpx.URL(hls_url).join(each)))).content for each in names])


async def check_sound(media, path):
    """The title, a part with speech from 4.5 to 6.5 s, and from 7 to 9 s the part after the cut."""
    path.write_bytes(media)
    sound = heard_in(path)
    assert len(sound) / 48_000 == pytest.approx(9, abs=0.1)
    for start, end in ((0.3, 1.9), (2.1, 4.1), (7.5, 8.3)):
        assert level(sound, start, end) == pytest.approx(BED_DB, abs=1)
    assert level(sound, 1.9, 2.1) == pytest.approx(BED_DB, abs=1.5), "no hole where the title ends"
    assert tone_level(sound, 4.7, 6.3) == pytest.approx(BED_DB - 12, abs=2)
    assert level(sound, 4.6, 6.4) > level(sound, 4.0, 4.2) + 3
    assert level(sound, 8.95, 9.0) < BED_DB - 15


async def check_captions(client, hls_url):
    master = (await client.get(hls_url)).text
    track = next(line for line in master.splitlines() if line.startswith("#EXT-X-MEDIA:TYPE=SUBTITLES"))
    assert 'LANGUAGE="en' in track
    assert "DEFAULT=YES" in track
    assert "SUBTITLES=" in next(line for line in master.splitlines() if "STREAM-INF" in line)
    name = re.search(r'URI="([^"]+)"', track)[1]
    answer = await client.get(str(httpx.URL(hls_url).join(name)), headers={"origin": "https://example.org"})
    assert answer.headers["access-control-allow-origin"] == "*"
    begins = first_picture(await rung(client, hls_url))
    read = []
    for name in (line for line in answer.text.splitlines() if line and not line.startswith("#")):
        url = str(httpx.URL(hls_url).join(name))
        segment = await client.get(url, headers={"origin": "https://example.org"})
        assert segment.status_code == 200
        assert segment.headers["access-control-allow-origin"] == "*"
        read += cues(segment.text, begins)
    # A cue that goes on into the next segment stands there too.
    shown = list(dict.fromkeys(read))
    assert [words for *_, words in shown] == ["Before the cut", "Somebody <i>speaks</i>", "After the cut"]
    times = [time for start, end, _ in shown for time in (start, end)]
    assert times == pytest.approx([2.5, 4.0, 4.5, 6.5, 7.0, 8.0], abs=0.04), "to a frame"


def first_picture(media):
    with av.open(io.BytesIO(media)) as container:
        stream = container.streams.video[0]
        return float(next(container.decode(stream)).pts * stream.time_base)


def cues(text, begins):
    """Start, end and text on the programme's timeline, by the segment's X-TIMESTAMP-MAP."""
    mapped = re.search(r"X-TIMESTAMP-MAP=(?:LOCAL:00:00:00.000,)?MPEGTS:(\d+)", text)
    shift = (int(mapped[1]) / 90_000 if mapped else begins) - begins
    found = []
    for match in re.finditer(TIMES, text):
        *numbers, words = match.groups()
        h1, m1, s1, f1, h2, m2, s2, f2 = map(int, numbers)
        start, end = h1 * 3600 + m1 * 60 + s1 + f1 / 1000, h2 * 3600 + m2 * 60 + s2 + f2 / 1000
        found.append((round(start + shift, 2), round(end + shift, 2), words))
    return found
