"""Sound stays with its picture, whatever the container says of their times: to 5 ms, mostly to the sample."""

from fractions import Fraction

import numpy as np
import pytest

from services.sound.decode_sound import decode_beginning, decode_part
from services.sound.pcm import SAMPLE_RATE
from services.sound.sound_track import SoundUnreadable, find_sound
from tests.media import SMALL, SOUND, lavfi, picture, run_ffmpeg
from tests.services.sound.sounds import BEEP_STEP, beeping_clip, level, onsets, tone
from tests.slow_cases import slow_after

AAC = ("-c:a", "aac", "-b:a", "96k")


async def part_of(path, tmp_path, start, seconds):
    decoded = await decode_part(
        find_sound(str(path)), tmp_path / "part.pcm", round(start * SAMPLE_RATE), round(seconds * SAMPLE_RATE)
    )
    return decoded.read(0, round(seconds * SAMPLE_RATE))


def shifted(path, source, sound_by=0.0, picture_by=0.0):
    """The same packets, the sound or the picture later."""
    inputs = (
        "-itsoffset",
        str(picture_by),
        "-i",
        str(source),
        "-itsoffset",
        str(sound_by),
        "-i",
        str(source),
    )
    return run_ffmpeg(path, *inputs, "-map", "0:v", "-map", "1:a", "-c", "copy")


@pytest.fixture(scope="module")
def beeping(tmp_path_factory):
    return beeping_clip(tmp_path_factory.mktemp("beeps") / "beeping.mp4", *AAC)


@pytest.mark.parametrize("start", slow_after(1, [0.13, 0, 4.1]))
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("aac.mp4", AAC),
        ("44100.mp4", (*AAC, "-ar", "44100")),
        ("22050.mp4", (*AAC, "-ar", "22050")),
        ("surround.mp4", (*AAC, "-ac", "6")),
        ("stream.ts", AAC),
        ("mp3.mkv", ("-c:a", "libmp3lame")),
        ("opus.webm", ("-c:v", "libvpx", "-deadline", "realtime", "-bf", "0", "-c:a", "libopus")),
        ("pcm.mov", ("-c:a", "pcm_s24le")),
        ("mp2.mpg", ("-c:v", "mpeg2video", "-bf", "2", "-c:a", "mp2")),
        ("pcm.avi", ("-c:v", "mpeg4", "-bf", "0", "-c:a", "pcm_s16le")),
    ],
)
async def test_beeps_are_where_they_were_made(tmp_path, name, options, start):
    sound = await part_of(beeping_clip(tmp_path / name, *options), tmp_path, start, 1.4)
    expected = [at - start for at in np.arange(0, 6, BEEP_STEP) if start <= at < start + 1.4]
    assert onsets(sound) == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize("name", ["late.mp4", "late.ts", "late.mkv"])
@pytest.mark.parametrize("start", [0, 4.1])
async def test_sound_that_begins_late_stays_late(tmp_path, beeping, name, start):
    sound = await part_of(shifted(tmp_path / name, beeping, sound_by=0.3), tmp_path, start, 1.4)
    expected = [at + 0.3 - start for at in np.arange(0, 6, BEEP_STEP) if start <= at + 0.3 < start + 1.4]
    assert onsets(sound) == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize("name", ["late.mp4", "late.ts", "late.mkv"])
async def test_time_zero_is_the_first_picture(tmp_path, beeping, name):
    """MediaConvert counts from there (ZEROBASED), so what is heard before it is left out."""
    sound = await part_of(shifted(tmp_path / name, beeping, picture_by=0.3), tmp_path, 0, 1.4)
    assert onsets(sound) == pytest.approx([0.2, 0.7, 1.2], abs=0.005)


async def test_sound_that_ends_early_is_followed_by_silence(tmp_path):
    video = run_ffmpeg(
        tmp_path / "short.mp4", *picture("160x90", "25", 4), *lavfi("sine=d=1.5:r=48000"), *SMALL, *SOUND
    )
    sound = await part_of(video, tmp_path, 0, 4)
    assert level(sound, 0.2, 1.4) == pytest.approx(-21, abs=1)
    assert np.abs(sound[round(1.6 * SAMPLE_RATE) :]).max() == 0
    assert np.abs(await part_of(video, tmp_path, 2, 1)).max() == 0


async def test_a_gap_in_the_sound_stays_a_gap(tmp_path):
    """Half a second without packets, as a lossy recording leaves it."""
    kept = "aselect='not(between(t,1.2,1.7))'"
    video = beeping_clip(tmp_path / "gap.mkv", "-af", kept, "-c:a", "pcm_s16le")
    sound = await part_of(video, tmp_path, 0, 4)
    assert onsets(sound) == pytest.approx([0, 0.5, 1, 2, 2.5, 3, 3.5], abs=0.005)


async def test_a_variable_frame_rate_does_not_matter(tmp_path):
    uneven = ("-vf", r"select='lt(t,1)+not(mod(n,3))'", "-fps_mode", "vfr", *AAC)
    sound = await part_of(beeping_clip(tmp_path / "uneven.mp4", *uneven), tmp_path, 2.2, 1.4)
    assert onsets(sound) == pytest.approx([0.3, 0.8, 1.3], abs=0.005)


async def test_one_channel_goes_to_both_sides_at_full_level(tmp_path):
    made = tone(tmp_path / "mono.wav", "-ac", "1", seconds=2)
    sound = (await decode_beginning(find_sound(str(made)), tmp_path / "part.pcm", 96_000)).read(0, 96_000)
    assert level(sound, 0.1, 1.9) == pytest.approx(-21.1, abs=0.2)
    assert np.array_equal(sound[:, 0], sound[:, 1])


async def test_the_beginning_is_cut_where_asked(tmp_path):
    track = find_sound(str(tone(tmp_path / "tone.mp3", seconds=3)))
    assert (await decode_beginning(track, tmp_path / "a.pcm", 48_000)).length == 48_000
    whole = await decode_beginning(track, tmp_path / "b.pcm", 480_000)
    assert whole.length == pytest.approx(144_000, abs=2)


async def test_files_without_sound_say_so(tmp_path):
    silent = run_ffmpeg(tmp_path / "silent.mp4", *picture("160x90", "25", 1), *SMALL)
    junk = tmp_path / "junk.mp4"
    junk.write_bytes(b"no media at all" * 1000)
    for path in (silent, junk):
        with pytest.raises(SoundUnreadable) as raised:
            find_sound(str(path))
        assert raised.value.source == str(path)


async def test_a_track_whose_bytes_are_noise_is_unreadable_or_silent(tmp_path, beeping):
    """What the header promised is not there: an error of ours, never a hanging or a crash."""
    body = bytearray(beeping.read_bytes())
    at = body.index(b"mdat")
    body[at + 4 :] = bytes(len(body) - at - 4)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(bytes(body))
    with pytest.raises(SoundUnreadable):
        find_sound(str(broken))


async def test_zero_is_exact(beeping):
    assert find_sound(str(beeping)).zero == Fraction(0)
