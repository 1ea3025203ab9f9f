"""Overlays are on and off within a frame of what was asked, at every rate, after a title, through cuts."""

import itertools

import pytest

from tests.embedded.mediaconvert.fidelity import (
    FAST,
    NTSC,
    PAL,
    clipping,
    ended_well,
    frames_of,
    grey_clip,
    overlay,
    put,
    read,
    red_square,
    reddened,
    redness,
    request_at,
)
from tests.slow_cases import slow_after

RATES = [NTSC, PAL, FAST]
TITLE_MS = 1000


def folder_of(rate, name):
    return f"{name}-{rate.numerator}"


async def rendered(mediaconvert, s3, events, request, folder):
    await ended_well(mediaconvert, events, request)
    return frames_of(await read(s3, folder, "video_180.mp4"))


def assert_on(frames, *spans):
    """The square is on in these spans of frames and in no other, give or take a frame at each end."""
    shown = reddened(frames)
    runs = [
        [number for _, number in run]
        for _, run in itertools.groupby(enumerate(shown), lambda pair: pair[1] - pair[0])
    ]
    assert len(runs) == len(spans), (shown, spans)
    for run, (first, end) in zip(runs, spans, strict=True):
        assert abs(run[0] - first) <= 1, (run, first, end)
        assert abs(run[-1] + 1 - end) <= 1, (run, first, end)


@pytest.mark.parametrize("rate", slow_after(1, RATES), ids=str)
async def test_on_and_off_after_a_title(mediaconvert, s3, events, tmp_path, rate):
    folder = folder_of(rate, "onoff")
    source = await put(s3, grey_clip(tmp_path / f"{folder}.mp4", rate, 3))
    request = request_at(source, folder, rate, title_ms=TITLE_MS)
    first, length = round(0.9 * rate), round(0.7 * rate)
    image = overlay(await red_square(s3), first, rate, Duration=700)
    request["Settings"]["Inputs"][-1]["ImageInserter"] = {"InsertableImages": [image]}
    frames = await rendered(mediaconvert, s3, events, request, folder)
    before = round(TITLE_MS / 1000 * rate)
    assert len(frames) == before + round(3 * rate)
    assert_on(frames, (before + first, before + first + length))


@pytest.mark.parametrize("rate", slow_after(1, RATES), ids=str)
async def test_times_count_on_the_input_whatever_is_cut(mediaconvert, s3, events, tmp_path, rate):
    """Two clips: the first ends while the square is on, the second begins before it goes."""
    folder = folder_of(rate, "clips")
    source = await put(s3, grey_clip(tmp_path / f"{folder}.mp4", rate, 4))
    request = request_at(source, folder, rate, title_ms=TITLE_MS)
    spans = [(round(0.5 * rate), round(1.5 * rate)), (round(2 * rate), round(3.2 * rate))]
    first, length = round(1.2 * rate), round(1.4 * rate)
    image = overlay(await red_square(s3), first, rate, Duration=1400)
    request["Settings"]["Inputs"][-1] |= {
        "ImageInserter": {"InsertableImages": [image]},
        "InputClippings": [clipping(start, end - 1, rate) for start, end in spans],
    }
    frames = await rendered(mediaconvert, s3, events, request, folder)
    before = round(TITLE_MS / 1000 * rate)
    assert len(frames) == before + sum(end - start for start, end in spans)
    # What is cut between is cut from the square's time too, so it is one span.
    on = before + first - spans[0][0]
    off = before + (spans[0][1] - spans[0][0]) + first + length - spans[1][0]
    assert_on(frames, (on, off))


@pytest.mark.parametrize("rate", slow_after(1, RATES), ids=str)
async def test_fades_are_strictly_monotone(mediaconvert, s3, events, tmp_path, rate):
    folder = folder_of(rate, "fades")
    source = await put(s3, grey_clip(tmp_path / f"{folder}.mp4", rate, 3))
    request = request_at(source, folder, rate)
    first, fade = round(0.5 * rate), round(0.48 * rate)
    image = overlay(await red_square(s3), first, rate, Duration=1000, FadeIn=480, FadeOut=480)
    request["Settings"]["Inputs"][0]["ImageInserter"] = {"InsertableImages": [image]}
    levels = [redness(frame) for frame in await rendered(mediaconvert, s3, events, request, folder)]
    end = first + round(rate) + fade
    rising, full = levels[first : first + fade], levels[first + fade + 1 : end - fade]
    falling = levels[end - fade : end]
    assert all(a < b for a, b in itertools.pairwise(rising)), rising
    assert all(a > b for a, b in itertools.pairwise(falling)), falling
    assert max(full) - min(full) < 4
    assert min(full) > 100
    for outside in (levels[: first - 1], levels[end + 1 :]):
        assert max(map(abs, outside)) < 4
