"""The mix as it is heard: real sound, measured in windows."""

import asyncio
from itertools import pairwise

import numpy as np
import pytest

from services.production_config import AudioMode, Music
from services.sound.pcm import SAMPLE_RATE
from tests.media import SMALL, lavfi, picture, run_ffmpeg
from tests.services.sound.mixing import MUSIC_ID, config_with, mixed
from tests.services.sound.sounds import RATE, heard_in, level, onsets, speaking_clip, tone, tone_level

BED = Music(MUSIC_ID, gain_db=-10, fade_in_ms=0, fade_out_ms=0, ducking_db=12)
BED_DB = -31.0
"""A tone of -21 dB, 10 dB down."""


@pytest.fixture(scope="module")
def speaking(tmp_path_factory):
    return speaking_clip(tmp_path_factory.mktemp("sound") / "speaking.mov", (3, 5))


@pytest.fixture(scope="module")
def music(tmp_path_factory):
    """Ten seconds, so that it need not be repeated."""
    return tone(tmp_path_factory.mktemp("sound") / "music.wav", seconds=10)


async def whole(speaking, music, config, tmp_path):
    made = await mixed(speaking, music, config, tmp_path / "mix")
    assert len(made.inputs) == 1
    return heard_in(made.inputs[0])


@pytest.mark.parametrize("depth", [3, 12, 24])
async def test_the_music_sinks_by_ducking_db_and_comes_back_within_a_second(speaking, music, tmp_path, depth):
    bed = Music(MUSIC_ID, gain_db=-10, fade_in_ms=0, fade_out_ms=0, ducking_db=depth)
    sound = await whole(speaking, music, config_with(bed), tmp_path)
    assert tone_level(sound, 1.0, 2.5) == pytest.approx(BED_DB, abs=0.3)
    for start in (3.0, 3.5, 4.0, 4.5):
        assert tone_level(sound, start, start + 0.5) == pytest.approx(BED_DB - depth, abs=2)
    assert tone_level(sound, 6.0, 7.9) == pytest.approx(BED_DB, abs=0.3)


async def test_it_sinks_before_the_first_word_and_rises_evenly(speaking, music, tmp_path):
    own = heard_in(speaking)
    sound = await whole(speaking, music, config_with(BED), tmp_path)
    alone = sound[: len(own)] - own
    falling = [tone_level(alone, at, at + 0.05) for at in np.arange(2.7, 3.0, 0.05)]
    assert falling[0] == pytest.approx(BED_DB, abs=1)
    assert falling[-1] < BED_DB - 9
    rising = [tone_level(alone, at, at + 0.05) for at in np.arange(5.2, 6.0, 0.05)]
    assert all(after > before - 0.2 for before, after in pairwise(rising))
    steps = np.diff(rising)
    assert max(steps) < 2, "12 dB in 0.6 s, not at once"


async def test_the_upload_s_own_sound_is_left_as_it_was(speaking, music, tmp_path):
    silent = Music(MUSIC_ID, gain_db=-120)
    sound = await whole(speaking, music, config_with(silent), tmp_path)
    own = heard_in(speaking)
    assert np.abs(sound[: len(own)] - own).max() <= 2 / 32768


async def test_gain_is_of_the_own_sound_alone(speaking, music, tmp_path):
    plain = await whole(speaking, music, config_with(BED), tmp_path)
    louder = await whole(speaking, music, config_with(BED, gain_db=6.0), tmp_path)
    own = heard_in(speaking)[3 * RATE : 5 * RATE]
    added = (louder - plain)[3 * RATE : 5 * RATE]
    assert level(added, 0.2, 1.8) - level(own, 0.2, 1.8) == pytest.approx(-0.04, abs=0.1), "twice it, less it"
    assert tone_level(louder, 1, 2.5) == pytest.approx(BED_DB, abs=0.3)


async def test_muted_there_is_only_music_and_nothing_to_duck_under(speaking, music, tmp_path):
    sound = await whole(speaking, music, config_with(BED, mode=AudioMode.MUTE, gain_db=20.0), tmp_path)
    for start in (1.0, 3.5, 6.0):
        assert level(sound, start, start + 1) == pytest.approx(BED_DB, abs=0.3)


async def test_a_video_without_sound_gets_music(music, tmp_path):
    video = run_ffmpeg(tmp_path / "silent.mp4", *picture("160x90", "25", 2), *SMALL)
    sound = await whole(video, music, config_with(BED), tmp_path)
    assert level(sound, 0.1, 1.9) == pytest.approx(BED_DB, abs=0.3)


async def test_peaks_of_the_sum_are_held_at_full_scale(speaking, tmp_path):
    loud = run_ffmpeg(tmp_path / "loud.wav", *lavfi("aevalsrc=0.9*sin(2*PI*440*t):s=48000:d=8"))
    bed = Music(MUSIC_ID, gain_db=0, fade_in_ms=0, fade_out_ms=0, ducking_db=0)
    sound = await whole(speaking, loud, config_with(bed, gain_db=12.0), tmp_path)
    assert np.abs(sound).max() <= 1
    flat = np.abs(sound[3 * RATE : 5 * RATE, 0]) > 32766 / 32768
    assert flat.mean() < 0.02, "limited, not cut off"


async def test_fades_are_of_the_programme_and_monotone(music, tmp_path):
    video = run_ffmpeg(tmp_path / "silent.mp4", *picture("160x90", "25", 4), *SMALL)
    bed = Music(MUSIC_ID, gain_db=-10, fade_in_ms=1500, fade_out_ms=1000)
    made = await mixed(video, music, config_with(bed, title_ms=1000), tmp_path / "mix")
    title, body = heard_in(made.title), heard_in(made.inputs[0])
    programme = np.concatenate([title[:RATE], body[: 4 * RATE]])
    levels = [tone_level(programme, at, at + 0.1) for at in np.arange(0, 4.95, 0.1)]
    assert levels[0] < BED_DB - 25
    assert levels[:15] == sorted(levels[:15])
    assert levels[16:39] == pytest.approx([BED_DB] * 23, abs=0.3)
    assert levels[40:] == sorted(levels[40:], reverse=True)
    assert levels[-1] < BED_DB - 25


async def test_music_that_is_shorter_is_repeated_without_a_click(tmp_path):
    """A tone cut in the middle of a swing would click: its steepest step is known."""
    short = tone(tmp_path / "short.wav", seconds=0.7013)
    video = run_ffmpeg(tmp_path / "silent.mp4", *picture("160x90", "25", 6), *SMALL)
    sound = await whole(video, short, config_with(BED), tmp_path)
    steepest = 2 * np.pi * 440 / RATE * np.abs(sound[: RATE // 2]).max()
    assert np.abs(np.diff(sound[: 6 * RATE, 0])).max() < 1.3 * steepest
    levels = [level(sound, at, at + 0.1) for at in np.arange(0, 5.9, 0.1)]
    assert min(levels) > BED_DB - 6, "no pause at a seam"
    assert max(levels) < BED_DB + 3.5


async def test_music_runs_on_over_title_and_cuts_in_the_order_shown(tmp_path):
    """Three parts, one of them out of order: what is heard in the programme is the music from its start."""
    video = run_ffmpeg(tmp_path / "silent.mp4", *picture("160x90", "30000/1001", 9), *SMALL)
    sweep = run_ffmpeg(
        tmp_path / "sweep.wav", *lavfi("aevalsrc=0.2*sin(2*PI*(200*t+20*t*t)):s=48000:d=12"), "-ac", "2"
    )
    bed = Music(MUSIC_ID, gain_db=0, fade_in_ms=0, fade_out_ms=0)
    config = config_with(bed, keep=((500, 2000), (6000, None), (3000, 5000)), title_ms=1000)
    made = await mixed(video, sweep, config, tmp_path / "mix")
    frame = 1001 / 30000

    def frames(milliseconds):
        return round(milliseconds / 1000 / frame) * frame

    title, first, second = heard_in(made.title), *map(heard_in, made.inputs)
    pieces = [
        title[: round(frames(1000) * RATE)],
        first[round(frames(500) * RATE) : round(frames(2000) * RATE)],
        first[round(frames(6000) * RATE) : round(frames(9000) * RATE)],
        second[round(frames(3000) * RATE) : round(frames(5000) * RATE)],
    ]
    programme = np.concatenate(pieces)
    expected = heard_in(sweep)[: len(programme)]
    off = np.abs(programme - expected)
    # Rounding each piece's edges shifts it by a sample at most.
    assert off.max() < 0.05
    assert np.abs(first[: round(0.2 * RATE)]).max() == 0, "nothing is heard of what is not kept"


async def test_a_part_that_is_shown_twice_has_music_of_its_own_each_time(speaking, tmp_path):
    sweep = run_ffmpeg(
        tmp_path / "sweep.wav", *lavfi("aevalsrc=0.2*sin(2*PI*(300*t+50*t*t)):s=48000:d=12"), "-ac", "2"
    )
    bed = Music(MUSIC_ID, gain_db=0, fade_in_ms=0, fade_out_ms=0)
    config = config_with(bed, keep=((0, 1000), (0, 1000)))
    made = await mixed(speaking, sweep, config, tmp_path / "mix")
    expected = heard_in(sweep)
    for index, file in enumerate(made.inputs):
        off = heard_in(file)[:RATE] - expected[index * RATE : (index + 1) * RATE]
        assert np.abs(off).max() < 0.01
    assert len(made.inputs) == 2


async def test_speech_of_one_part_ducks_the_end_of_the_part_before(speaking, music, tmp_path):
    """Ducking follows the programme, not the upload: the second part begins with a word."""
    config = config_with(BED, keep=((6000, 7500), (3000, 4500)))
    made = await mixed(speaking, music, config, tmp_path / "mix")
    first, second = map(heard_in, made.inputs)
    assert tone_level(first, 6.2, 7.2) == pytest.approx(BED_DB, abs=0.3)
    assert tone_level(first, 7.45, 7.5) < BED_DB - 8
    assert tone_level(second, 3.0, 4.4) == pytest.approx(BED_DB - 12, abs=2)


async def test_the_title_s_sound_is_as_long_as_the_page_and_a_little_more(speaking, music, tmp_path):
    made = await mixed(speaking, music, config_with(BED, title_ms=2000), tmp_path / "mix")
    assert 2.0 <= len(heard_in(made.title)) / RATE <= 2.5
    assert (await mixed(speaking, music, config_with(BED), tmp_path / "none")).title is None


async def test_the_same_mix_is_the_same_bytes(speaking, music, tmp_path):
    config = config_with(keep=((1000, 4000), (5000, 7000)), title_ms=1000)
    one, other = [await mixed(speaking, music, config, tmp_path / name) for name in ("one", "other")]
    for first, second in zip((*one.inputs, one.title), (*other.inputs, other.title), strict=True):
        assert first.read_bytes() == second.read_bytes()


@pytest.mark.slow
async def test_far_into_an_upload_a_mix_weighs_what_is_kept(tmp_path):
    video = run_ffmpeg(
        tmp_path / "long.mp4", *lavfi("color=black:s=64x36:r=1:d=100"), *lavfi("anullsrc=d=100"), *SMALL
    )
    noise = run_ffmpeg(tmp_path / "noise.wav", *lavfi("anoisesrc=c=pink:r=48000:a=0.3:d=2"))
    made = await mixed(video, noise, config_with(BED, keep=((90_000, 92_000),)), tmp_path / "mix")
    scratch = sum(path.stat().st_size for path in (tmp_path / "mix").glob("*.pcm"))
    assert made.inputs[0].stat().st_size < 1_000_000
    assert scratch < 3 * 2 * 192_000
    sound = heard_in(made.inputs[0])
    assert onsets(sound, 0.002)[0] == pytest.approx(90, abs=0.001)


async def test_cancelled_it_stops_at_once(speaking, music, tmp_path):
    task = asyncio.create_task(mixed(speaking, music, config_with(BED), tmp_path / "mix"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not list((tmp_path / "mix").glob("*.flac"))


def test_the_rate_is_what_the_tests_take_it_for():
    assert SAMPLE_RATE == RATE
