"""Flashes and beeps stay together, through title pages, cuts and changes of rate."""

import pytest

from tests.embedded.mediaconvert.fidelity import (
    FAST,
    NTSC,
    PAL,
    beeps,
    clipping,
    ended_well,
    flash_and_beep_clip,
    flashes,
    frames_of,
    nominal,
    put,
    read,
    request_at,
    segments_of,
)
from tests.embedded.mediaconvert.job_requests import with_ladder
from tests.slow_cases import slow_after

CLOSE_SECONDS = 0.040
TITLE_MS = 1500
SECONDS = 6


def assert_together(media, expected):
    """`expected`: when a flash is due, in seconds from the first frame."""
    frames = frames_of(media)
    seen, heard = flashes(frames), beeps(media)
    assert len(seen) == len(heard) == len(expected), (seen, heard, expected)
    offsets = [beep - flash for beep, flash in zip(heard, seen, strict=True)]
    assert max(map(abs, offsets)) < CLOSE_SECONDS, offsets
    for flash, due in zip(seen, expected, strict=True):
        assert flash - frames[0].time == pytest.approx(due, abs=1.01 * (frames[1].time - frames[0].time))


@pytest.mark.parametrize("rate", slow_after(1, [NTSC, PAL, FAST]), ids=str)
@pytest.mark.parametrize("is_variable", slow_after(1, [False, True]), ids=["constant", "variable"])
async def test_after_a_title_and_two_cuts(mediaconvert, s3, events, tmp_path, rate, is_variable):
    folder = f"beep-{rate.numerator}-{is_variable}"
    clip = flash_and_beep_clip(tmp_path / f"{folder}.mp4", rate, SECONDS, is_variable=is_variable)
    request = with_ladder(request_at(await put(s3, clip), folder, rate, title_ms=TITLE_MS), folder)
    period = nominal(rate)
    # Each begins half a second after a flash; three flashes are kept, and two.
    spans = [(period // 2, 7 * period // 2), (4 * period - period // 4, 11 * period // 2)]
    request["Settings"]["Inputs"][-1]["InputClippings"] = [
        clipping(start, end - 1, rate) for start, end in spans
    ]
    await ended_well(mediaconvert, events, request)
    title = round(TITLE_MS / 1000 * rate)
    second = title + spans[0][1] - spans[0][0]
    due = [title - spans[0][0] + n * period for n in (1, 2, 3)]
    due += [second - spans[1][0] + n * period for n in (4, 5)]
    expected = [float(frame / rate) for frame in due]
    assert_together(await read(s3, folder, "video_180.mp4"), expected)
    segments = await segments_of(s3, folder, "index_180.m3u8")
    assert_together(b"".join(segment.body for segment in segments), expected)


@pytest.mark.slow
async def test_a_rate_that_is_changed_moves_nothing(mediaconvert, s3, events, tmp_path):
    clip = flash_and_beep_clip(tmp_path / "changed.mp4", FAST, SECONDS)
    request = request_at(await put(s3, clip), "changed", PAL, title_ms=TITLE_MS)
    await ended_well(mediaconvert, events, request)
    expected = [TITLE_MS / 1000 + second for second in range(SECONDS)]
    # 1.5 s are 37.5 frames: the title is a whole number of them.
    expected = [second - TITLE_MS / 1000 + round(TITLE_MS / 1000 * PAL) / 25 for second in expected]
    assert_together(await read(s3, "changed", "video_180.mp4"), expected)
