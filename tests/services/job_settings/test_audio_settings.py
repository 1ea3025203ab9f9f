from dataclasses import replace
from typing import Any

import pytest

from services.job_settings.channel_mix import LAYOUTS, LEVELS, stereo_remix
from services.media.probed_media import ProbedMedia
from services.production_config import AudioConfig, AudioMode, ProductionConfig, TitlePage
from tests.services.job_settings.cases import MONO, MUSIC, MUTE_VIDEO, SMALL_SILENT, job_of, kept, outputs_of
from tests.services.job_settings.cases import sound as config_of
from tests.services.job_settings.strategies import DEFAULT_MEDIA

ASSETS = "s3://media/t/o1/p/p1/r/1/assets"
ONE = ("Audio Selector 1",)


def heard(job: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Per audio track: where it comes from, whether normalised; then what each input offers."""
    tracks = [
        (track["AudioSourceName"], track.get("AudioNormalizationSettings", {}).get("TargetLkfs"))
        for output in outputs_of(job)
        for track in output.get("AudioDescriptions", [])
    ]
    return [
        *sorted(set(tracks)),
        *(tuple(each.get("AudioSelectors", {})) for each in job["Settings"]["Inputs"]),
    ]


def selectors(config: ProductionConfig, media: ProbedMedia = DEFAULT_MEDIA) -> list[dict[str, Any]]:
    """The one selector of each input."""
    inputs = job_of(config, media)["Settings"]["Inputs"]
    return [selector for each in inputs for selector in each["AudioSelectors"].values()]


def test_sound() -> None:
    title = TitlePage("Title")
    normalized = ProductionConfig(title, audio=AudioConfig(AudioMode.NORMALIZE, -14))
    muted = ProductionConfig(title, audio=AudioConfig(AudioMode.MUTE))
    assert heard(job_of(ProductionConfig(title))) == [("Audio Selector 1", None), ONE, ONE]
    assert heard(job_of(normalized)) == [("Audio Selector 1", -14.0), ONE, ONE]
    assert heard(job_of(muted)) == [("Silence", None), (), ()]
    assert heard(job_of(normalized, SMALL_SILENT)) == [("Silence", None), (), ()]


@pytest.mark.parametrize("mode", [AudioMode.KEEP, AudioMode.MUTE])
@pytest.mark.parametrize("media", [DEFAULT_MEDIA, MUTE_VIDEO])
def test_with_music_there_is_sound_whatever_the_upload_has(mode: AudioMode, media: ProbedMedia) -> None:
    assert heard(job_of(config_of(mode, music=MUSIC), media)) == [("Audio Selector 1", None), ONE]


def test_music_takes_the_place_of_every_inputs_own_sound() -> None:
    """The mix is in the files: no gain and no timing correction is left to the job."""
    config = replace(
        config_of(gain_db=-6.0, music=MUSIC),
        title_page=TitlePage("Title"),
        trim=kept((5000, 9000), (0, 3000)),
    )
    files = ["title-sound.flac", "sound-1.flac", "sound-2.flac"]
    assert selectors(config, MONO) == [
        {"DefaultSelection": "DEFAULT", "ExternalAudioFileInput": f"{ASSETS}/{name}"} for name in files
    ]


def test_a_mix_is_normalised_in_the_job() -> None:
    config = config_of(AudioMode.NORMALIZE, music=MUSIC)
    assert heard(job_of(config, MUTE_VIDEO)) == [("Audio Selector 1", -16.0), ONE]


def test_mono_is_heard_on_both_sides() -> None:
    (selector,) = selectors(ProductionConfig(), MONO)
    assert selector["RemixSettings"] == {
        "ChannelsIn": 1,
        "ChannelsOut": 2,
        "ChannelMapping": {"OutputChannels": [{"InputChannels": [0]}, {"InputChannels": [0]}]},
    }


@pytest.mark.parametrize("channels", [2, 6, 8])
def test_sound_at_its_own_loudness_is_left_to_the_service(channels: int) -> None:
    (selector,) = selectors(ProductionConfig(), replace(DEFAULT_MEDIA, audio_channels=channels))
    assert selector == {"DefaultSelection": "DEFAULT", "AudioDurationCorrection": "AUTO"}


def rows(channels: int, gain_db: float) -> list[dict[str, Any]]:
    remix = stereo_remix(channels, gain_db)
    assert remix is not None
    assert (remix["ChannelsIn"], remix["ChannelsOut"]) == (min(channels, 64), 2)
    found: list[dict[str, Any]] = remix["ChannelMapping"]["OutputChannels"]
    return found


def test_gain_of_stereo() -> None:
    assert rows(2, 6.0) == [{"InputChannels": [6, -60]}, {"InputChannels": [-60, 6]}]
    assert rows(2, -60.0) == [{"InputChannels": [-60, -60]}] * 2
    assert rows(2, -4.5) == [
        {"InputChannelsFineTune": [-4.5, -60.0]},
        {"InputChannelsFineTune": [-60.0, -4.5]},
    ]


def test_gain_of_mono_with_a_fraction_of_a_thousandth() -> None:
    assert rows(1, 1.23456) == [{"InputChannelsFineTune": [1.235]}] * 2


def test_gain_of_surround_is_on_top_of_the_standard_mix() -> None:
    """ITU-R BS.775: centre and surround 3 dB down; nothing of the low-frequency channel."""
    assert rows(6, 2.0) == [
        {"InputChannels": [2, -60, -1, -60, -1, -60]},
        {"InputChannels": [-60, 2, -1, -60, -60, -1]},
    ]
    assert rows(6, -58.0) == [
        {"InputChannels": [-58, -60, -60, -60, -60, -60]},
        {"InputChannels": [-60, -58, -60, -60, -60, -60]},
    ]


def test_of_more_than_eight_channels_the_first_pair_is_heard() -> None:
    left, right = rows(100, 1.0)
    assert left == {"InputChannels": [1, *[-60] * 63]}
    assert right == {"InputChannels": [-60, 1, *[-60] * 62]}


def test_every_layout_has_its_channels_and_is_even_on_both_sides() -> None:
    for channels, layout in LAYOUTS.items():
        levels = [LEVELS[speaker] for speaker in layout.split()]
        assert len(levels) == channels
        assert sorted(left for left, _ in levels) == sorted(right for _, right in levels)
