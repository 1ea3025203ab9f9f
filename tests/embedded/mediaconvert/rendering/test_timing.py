"""Flash and beep: picture and sound keep together whatever the file, the cut and the rate."""

import numpy as np
import pytest

from embedded.mediaconvert.sources import SourceError
from tests.embedded.mediaconvert.rendering.studio import (
    SAMPLE_RATE,
    file_input,
    generator,
    mp4_job,
    overlay,
    pictures,
    runs,
    samples,
)
from tests.media import run_ffmpeg
from tests.slow_cases import slow_after

RATES = ["30000/1001", "24000/1001", "25", "50", "60000/1001", "60"]
# A white flash of 0.2 s and a beep of as long, at the 1st and 3rd second of four.
FLASH = "between(t,1,1.1999)+between(t,3,3.1999)"
TONE = ("-f", "lavfi", "-i", f"aevalsrc='sin(2*PI*1000*t)*({FLASH})':s=48000:d=4")
FRAME = 1 / 30


def flash(rate="30"):
    return (
        "-f",
        "lavfi",
        "-i",
        f"color=black:s=320x180:r={rate}:d=4,drawbox=c=white:t=fill:enable='{FLASH}'",
    )


CODECS = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "128k")


def flashes(media):
    """When each flash begins, in frames."""
    return [first for first, _ in runs([bool(p.mean() > 128) for p in pictures(media)])]


def beeps(media):
    """When each beep begins, in seconds."""
    loud = np.abs(samples(media)).max(axis=0)
    chunks = loud[: loud.size // 48 * 48].reshape(-1, 48).max(axis=1) > 0.1
    joined = np.convolve(chunks, np.ones(20), "same") > 0
    return [first / 1000 + 0.01 for first, _ in runs([bool(is_loud) for is_loud in joined])]


def assert_together(media, seconds, rate=30.0):
    assert [frame / rate for frame in flashes(media)] == pytest.approx(seconds, abs=1.01 / rate)
    assert beeps(media) == pytest.approx(seconds, abs=0.012)
    assert [frame / rate for frame in flashes(media)] == pytest.approx(beeps(media), abs=0.04)


async def test_flash_and_beep_stay_together(studio):
    uri = await studio.made("plain.mp4", *flash(), *TONE, *CODECS)
    media = (await studio.render(mp4_job(studio, file_input(uri)))).files["video.mp4"]
    assert flashes(media) == [30, 90]
    assert_together(media, [1.0, 3.0])
    assert len(pictures(media)) == 120
    assert samples(media).shape[1] == pytest.approx(4 * SAMPLE_RATE, abs=1024)


@pytest.mark.parametrize("rate", slow_after(1, RATES))
async def test_a_title_moves_both_alike_at_every_rate(studio, rate):
    uri = await studio.made("rate.mp4", *flash(rate), *TONE, *CODECS)
    numerator, _, denominator = rate.partition("/")
    request = mp4_job(studio, generator(2000), file_input(uri))
    h264 = request["Settings"]["OutputGroups"][0]["Outputs"][0]["VideoDescription"]["CodecSettings"]
    h264["H264Settings"] |= {
        "FramerateNumerator": int(numerator),
        "FramerateDenominator": int(denominator or 1),
    }
    media = (await studio.render(request)).files["video.mp4"]
    exact = int(numerator) / int(denominator or 1)
    title = round(2 * exact)
    assert_together(media, [title / exact + 1, title / exact + 3], exact)
    assert len(pictures(media)) == title + round(4 * exact)


async def test_clips_in_any_order_each_keep_their_sound(studio):
    uri = await studio.made("clips.mp4", *flash(), *TONE, "-g", "45", *CODECS)
    clips = [
        {"StartTimecode": "00:00:02:15", "EndTimecode": "00:00:03:14"},
        {"StartTimecode": "00:00:00:15", "EndTimecode": "00:00:01:14"},
    ]
    media = (await studio.render(mp4_job(studio, file_input(uri, InputClippings=clips)))).files["video.mp4"]
    assert len(pictures(media)) == 60
    assert flashes(media) == [15, 45]
    assert_together(media, [0.5, 1.5])


@pytest.mark.parametrize(
    ("name", "arguments"),
    slow_after(
        1,
        [
            ("late.mkv", ("-output_ts_offset", "5")),
            ("late.ts", ("-output_ts_offset", "7", "-muxdelay", "0.5")),
            ("sound-first.ts", ("-af", "apad=pad_dur=0", "-muxdelay", "0")),
        ],
    ),
)
@pytest.mark.parametrize("is_cut", slow_after(1, [True, False]))
async def test_files_that_do_not_start_at_zero(studio, name, arguments, is_cut):
    uri = await studio.made(name, *flash(), *TONE, *CODECS, *arguments)
    clips = [{"StartTimecode": "00:00:00:15", "EndTimecode": "00:00:03:29"}] if is_cut else []
    more = {"InputClippings": clips} if clips else {}
    media = (await studio.render(mp4_job(studio, file_input(uri, **more)))).files["video.mp4"]
    assert_together(media, [0.5, 2.5] if is_cut else [1.0, 3.0])


@pytest.mark.parametrize("extension", slow_after(1, ["ts", "mkv", "mp4"]))
@pytest.mark.parametrize("late", ["sound", "picture"])
@pytest.mark.parametrize("is_muted", slow_after(1, [False, True]))
async def test_one_stream_that_starts_later(studio, extension, late, is_muted):
    """The programme begins with the first picture; what is heard before it is dropped."""
    delay = ("-itsoffset", "0.5")
    inputs = (*flash(), *delay, *TONE) if late == "sound" else (*delay, *flash(), *TONE)
    uri = await studio.made(f"late-{late}.{extension}", *inputs, "-map", "0:v", "-map", "1:a", *CODECS)
    request = mp4_job(studio, file_input(uri))
    if is_muted:
        request["Settings"]["Inputs"][0]["AudioSelectors"] = {}
    media = (await studio.render(request)).files["video.mp4"]
    assert flashes(media) == [30, 90]
    if is_muted:
        assert float(np.abs(samples(media)).max()) == 0.0
    else:
        shift = 0.5 if late == "sound" else -0.5
        assert beeps(media) == pytest.approx([1 + shift, 3 + shift], abs=0.012)


@pytest.mark.parametrize(("heard", "seconds"), [("1.5", 1.5), ("6", 4.0)], ids=["shorter", "longer"])
async def test_sound_of_another_length_than_the_picture(studio, heard, seconds):
    tone = ("-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=48000:duration={heard}")
    uri = await studio.made("length.mp4", *flash(), *tone, *CODECS)
    after = generator(1000)
    media = (await studio.render(mp4_job(studio, file_input(uri), after))).files["video.mp4"]
    assert len(pictures(media)) == 150
    loud = np.abs(samples(media)).max(axis=0) > 0.01
    assert (np.flatnonzero(loud)[-1] + 1) / SAMPLE_RATE == pytest.approx(seconds, abs=0.03)
    assert loud.size / SAMPLE_RATE == pytest.approx(5.0, abs=0.03)


@pytest.mark.parametrize("rate", slow_after(1, RATES))
async def test_overlays_on_and_off_at_every_rate(studio, rate):
    numerator, _, denominator = rate.partition("/")
    exact, nominal = int(numerator) / int(denominator or 1), round(int(numerator) / int(denominator or 1))
    source = f"color=blue:s=320x180:r={rate}:d=3"
    uri = await studio.made("blue.mp4", "-f", "lavfi", "-i", source, *CODECS[:6])
    image = overlay(
        await studio.image("red.png", (80, 60), (255, 0, 0, 255)),
        StartTime=f"00:00:01:{nominal // 2:02}",
        Duration=500,
    )
    request = mp4_job(studio, file_input(uri, ImageInserter={"InsertableImages": [image]}))
    h264 = request["Settings"]["OutputGroups"][0]["Outputs"][0]["VideoDescription"]["CodecSettings"]
    h264["H264Settings"] |= {
        "FramerateNumerator": int(numerator),
        "FramerateDenominator": int(denominator or 1),
    }
    shown = pictures((await studio.render(request)).files["video.mp4"])
    start = nominal + nominal // 2
    red = [bool(p[20, 20, 0] > 128) for p in shown]
    assert runs(red) == [(start, start + round(0.5 * exact) - 1)]


async def test_a_variable_rate_becomes_even(studio):
    uneven = r"select='lt(t,1)+not(mod(n,3))'"
    uri = await studio.made("uneven.mp4", *flash(), *TONE, "-vf", uneven, "-fps_mode", "vfr", *CODECS)
    media = (await studio.render(mp4_job(studio, file_input(uri)))).files["video.mp4"]
    assert_together(media, [1.0, 3.0])
    # The file says that its last picture, which would last a tenth of a second, lasts a thirtieth.
    assert len(pictures(media)) == 118


@pytest.mark.slow
async def test_an_edit_list_is_followed(studio):
    """Cut without encoding: the file holds frames before its beginning that are not shown."""
    whole = run_ffmpeg(studio.folder / "whole.mp4", *flash(), *TONE, *CODECS)
    uri = await studio.made("edited.mp4", "-ss", "0.5", "-i", str(whole), "-c", "copy")
    media = (await studio.render(mp4_job(studio, file_input(uri)))).files["video.mp4"]
    assert_together(media, [0.5, 2.5])
    clips = [{"StartTimecode": "00:00:00:06"}]
    media = (await studio.render(mp4_job(studio, file_input(uri, InputClippings=clips)))).files["video.mp4"]
    assert_together(media, [0.3, 2.3])


@pytest.mark.slow
async def test_the_rate_is_the_sources_where_none_is_asked_for(studio):
    uri = await studio.made("rate25.mp4", *flash("25"), *TONE, *CODECS)
    request = mp4_job(studio, generator(1000), file_input(uri))
    own = request["Settings"]["OutputGroups"][0]["Outputs"][0]["VideoDescription"]["CodecSettings"]
    del own["H264Settings"]["FramerateNumerator"], own["H264Settings"]["FramerateDenominator"]
    own["H264Settings"]["FramerateControl"] = "INITIALIZE_FROM_SOURCE"
    media = (await studio.render(request)).files["video.mp4"]
    assert len(pictures(media)) == 125
    assert_together(media, [2.0, 4.0], 25.0)


@pytest.mark.slow
async def test_timecodes_count_in_the_inputs_own_rate(studio):
    """60 frames/s made 30: frame 45 of a second is three quarters of it."""
    uri = await studio.made("fast.mp4", *flash("60"), *TONE, *CODECS)
    clips = [{"StartTimecode": "00:00:00:30", "EndTimecode": "00:00:01:59"}]
    media = (await studio.render(mp4_job(studio, file_input(uri, InputClippings=clips)))).files["video.mp4"]
    assert len(pictures(media)) == 45
    assert_together(media, [0.5])


@pytest.mark.parametrize("name", slow_after(1, ["cut.mp4", "cut.mkv"]))
async def test_a_file_without_its_end_is_an_error_not_a_still(studio, name):
    """Where the missing part is not asked for, the file will do."""
    noise = ("-f", "lavfi", "-i", "nullsrc=s=320x180:r=30:d=4,geq=random(1)*255:128:128")
    whole = run_ffmpeg(studio.folder / name, *noise, *TONE, "-g", "30", *CODECS, "-movflags", "+faststart")
    body = whole.read_bytes()
    uri = await studio.put(name, body[: len(body) * 3 // 4])
    with pytest.raises(SourceError) as refused:
        await studio.render(mp4_job(studio, file_input(uri)))
    assert refused.value.code == 1076
    clips = [{"EndTimecode": "00:00:00:29"}]
    media = (await studio.render(mp4_job(studio, file_input(uri, InputClippings=clips)))).files["video.mp4"]
    assert len(pictures(media)) == 30
