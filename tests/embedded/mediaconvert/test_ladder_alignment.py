"""The rungs of a ladder: cut at the same frames, all of the same length, to the frame."""

import io
from fractions import Fraction

import av
import pytest

from tests.embedded.mediaconvert.fidelity import (
    FAST,
    FILM,
    NTSC,
    PAL,
    clipping,
    ended_well,
    put,
    read,
    request_at,
    segments_of,
)
from tests.embedded.mediaconvert.job_requests import with_ladder
from tests.media import clip, variable_frame_rate_clip
from tests.slow_cases import slow_after

HEIGHTS = (180, 108, 72)
TITLE_MS = 900
MPEG_CLOCK = 90_000


def packets(body):
    """(time, whether a player can begin there) of each frame, in the order of showing; seconds."""
    with av.open(io.BytesIO(body)) as container:
        stream = container.streams.video[0]
        found = [(packet.pts, packet.is_keyframe) for packet in container.demux(stream) if packet.size]
        return sorted((Fraction(pts) * stream.time_base, is_key) for pts, is_key in found)


async def rungs_of(s3, folder):
    return {
        height: [
            (segment.told, packets(segment.body))
            for segment in await segments_of(s3, folder, f"index_{height}.m3u8")
        ]
        for height in HEIGHTS
    }


@pytest.mark.parametrize("rate", slow_after(1, [NTSC, FILM, PAL, FAST]), ids=str)
async def test_rungs_are_cut_alike_and_as_long(mediaconvert, s3, events, tmp_path, rate):
    folder = f"aligned-{rate.numerator}"
    source = await put(s3, clip(tmp_path / f"{folder}.mp4", rate=str(rate), seconds=5))
    request = with_ladder(request_at(source, folder, rate, title_ms=TITLE_MS), folder, heights=HEIGHTS)
    kept = (round(Fraction(1, 2) * rate), round(Fraction(47, 10) * rate))
    request["Settings"]["Inputs"][-1]["InputClippings"] = [clipping(kept[0], kept[1] - 1, rate)]
    ended = await ended_well(mediaconvert, events, request)
    frames = round(Fraction(TITLE_MS, 1000) * rate) + kept[1] - kept[0]
    milliseconds = round(frames / rate * 1000)
    rungs = await rungs_of(s3, folder)
    assert rungs[180] == rungs[108] == rungs[72]
    shown = [frame for _, segment in rungs[180] for frame in segment]
    assert len(shown) == frames
    # No gap and no frame twice, to the tick of the MPEG clock.
    for number, (time, _) in enumerate(shown):
        assert abs(time - shown[0][0] - number / rate) <= Fraction(1, MPEG_CLOCK)
    for told, segment in rungs[180]:
        assert segment[0][1], "a segment begins with a keyframe"
        assert told == pytest.approx(float(len(segment) / rate), abs=0.001)
    assert sum(told for told, _ in rungs[180]) == pytest.approx(float(frames / rate), abs=0.002)
    details = [output for group in ended["outputGroupDetails"] for output in group["outputDetails"]]
    assert [output["durationInMs"] for output in details] == [milliseconds] * 4
    master = (await read(s3, folder, "index.m3u8")).decode()
    assert [line for line in master.splitlines() if not line.startswith("#")] == [
        f"index_{height}.m3u8" for height in HEIGHTS
    ]
    assert f"RESOLUTION=320x180,FRAME-RATE={float(rate):.3f}" in master
    assert master.count('CODECS="avc1.4d') == len(HEIGHTS)
    mp4 = await read(s3, folder, "video_180.mp4")
    assert len(packets(mp4)) == frames
    with av.open(io.BytesIO(mp4)) as container:
        video = container.streams.video[0]
        assert video.duration * video.time_base == pytest.approx(float(frames / rate), abs=0.0005)
        assert video.average_rate == rate


async def test_a_variable_source_comes_out_constant(mediaconvert, s3, events, tmp_path):
    path = variable_frame_rate_clip(tmp_path / "uneven.mp4")
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        frames = round(video.duration * video.time_base * NTSC)
    source = await put(s3, path)
    request = with_ladder(request_at(source, "uneven", NTSC), "uneven", heights=HEIGHTS)
    await ended_well(mediaconvert, events, request)
    rungs = await rungs_of(s3, "uneven")
    assert rungs[180] == rungs[108] == rungs[72]
    shown = [time for _, segment in rungs[180] for time, _ in segment]
    assert len(shown) == frames
    for number, time in enumerate(shown):
        assert abs(time - shown[0] - number / NTSC) <= Fraction(1, MPEG_CLOCK)
