"""Captions begin and end with the frames they belong to: as a track on the segments' clock, and burnt in."""

import re

import pytest

from tests.embedded.mediaconvert.conftest import BUCKET
from tests.embedded.mediaconvert.fidelity import (
    FAST,
    NTSC,
    PAL,
    clipping,
    ended_well,
    flash_and_beep_clip,
    flashes,
    frames_of,
    grey_clip,
    nominal,
    put,
    read,
    request_at,
    segments_of,
)
from tests.embedded.mediaconvert.job_requests import caption_track, with_captions, with_ladder
from tests.slow_cases import slow_after

RATES = [NTSC, PAL, FAST]
TITLE_MS = 1200
SECONDS = 6
MPEG_CLOCK = 90_000
CUE = re.compile(r"(\d+):(\d+):([\d.]+) --> (\d+):(\d+):([\d.]+)\n(.+)")
STARTS_AT = re.compile(r"X-TIMESTAMP-MAP=MPEGTS:(\d+),LOCAL:00:00:00\.000")


async def put_cues(s3, name, cues):
    """`cues` of (start, end, text) in seconds."""
    body = "WEBVTT\n" + "".join(f"\n{time(start)} --> {time(end)}\n{text}\n" for start, end, text in cues)
    await s3.put_object(Bucket=BUCKET, Key=f"in/{name}.vtt", Body=body.encode())
    return f"s3://{BUCKET}/in/{name}.vtt"


def time(seconds):
    return f"{int(seconds // 3600):02}:{int(seconds // 60 % 60):02}:{seconds % 60:06.3f}"


def cues_on_the_clock(body):
    """(start, end, text) of each cue of a segment, in seconds of the MPEG clock."""
    text = body.decode()
    (zero,) = STARTS_AT.findall(text)
    base = int(zero) / MPEG_CLOCK
    return [
        (
            base + int(h) * 3600 + int(m) * 60 + float(s),
            base + int(to_h) * 3600 + int(to_m) * 60 + float(to_s),
            told,
        )
        for h, m, s, to_h, to_m, to_s, told in CUE.findall(text)
    ]


@pytest.mark.parametrize("rate", slow_after(1, RATES), ids=str)
async def test_a_track_keeps_to_the_segments_clock(mediaconvert, s3, events, tmp_path, rate):
    """Each flash has its cue; a title comes first, and two clips are kept."""
    folder = f"track-{rate.numerator}"
    period = nominal(rate)
    step = float(period / rate)
    clip = flash_and_beep_clip(tmp_path / f"{folder}.mp4", rate, SECONDS)
    cues = [(n * step, n * step + 0.4, f"Flash {n}") for n in range(SECONDS)]
    request = with_ladder(request_at(await put(s3, clip), folder, rate, title_ms=TITLE_MS), folder)
    request = with_captions(request, await put_cues(s3, folder, cues))
    spans = [(period // 2, 5 * period // 2), (4 * period - period // 4, 11 * period // 2)]
    request["Settings"]["Inputs"][-1]["InputClippings"] = [
        clipping(start, end - 1, rate) for start, end in spans
    ]
    await ended_well(mediaconvert, events, request)
    video = b"".join(segment.body for segment in await segments_of(s3, folder, "index_180.m3u8"))
    seen = flashes(frames_of(video))
    segments = await segments_of(s3, folder, "index_en.m3u8")
    told = sorted({cue for segment in segments for cue in cues_on_the_clock(segment.body)})
    assert [text for _, _, text in told] == [f"Flash {n}" for n in (1, 2, 4, 5)]
    assert len(seen) == len(told)
    for (start, end, _), flash in zip(told, seen, strict=True):
        assert start == pytest.approx(flash, abs=0.5 / float(rate))
        assert end - start == pytest.approx(0.4, abs=0.002)


@pytest.mark.parametrize("rate", slow_after(1, RATES), ids=str)
async def test_burnt_in_on_and_off(mediaconvert, s3, events, tmp_path, rate):
    folder = f"burnt-{rate.numerator}"
    spans = [(round(0.5 * rate), round(1.3 * rate)), (round(2.2 * rate), round(2.9 * rate))]
    cues = [(float(first / rate), float(end / rate), "MMMMMMMM") for first, end in spans]
    source = await put(s3, grey_clip(tmp_path / f"{folder}.mp4", rate, 3.5))
    request = request_at(source, folder, rate, title_ms=TITLE_MS)
    (output,) = request["Settings"]["OutputGroups"][0]["Outputs"]
    caption_track(request, await put_cues(s3, folder, cues))
    output["CaptionDescriptions"] = [
        {
            "CaptionSelectorName": "Captions 1",
            "DestinationSettings": {
                "DestinationType": "BURN_IN",
                "BurninDestinationSettings": {"FontColor": "WHITE", "OutlineColor": "BLACK"},
            },
        }
    ]
    await ended_well(mediaconvert, events, request)
    frames = frames_of(await read(s3, folder, "video_180.mp4"))
    title = round(TITLE_MS / 1000 * rate)
    written = [bool(frame.pixels[90:].max() > 200) for frame in frames]
    changes = [number for number in range(1, len(written)) if written[number] != written[number - 1]]
    expected = [title + frame for span in spans for frame in span]
    assert len(changes) == len(expected), changes
    assert all(abs(found - due) <= 1 for found, due in zip(changes, expected, strict=True)), changes
