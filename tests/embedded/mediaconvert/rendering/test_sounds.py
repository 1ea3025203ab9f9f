"""What is heard: selectors, groups, remixes and external files, to the decibel."""

import io

import av
import numpy as np
import pytest

from tests.embedded.mediaconvert.rendering.studio import (
    SAMPLE_RATE,
    audio,
    file_group,
    file_input,
    generator,
    level_of,
    mp4_job,
    samples,
)
from tests.slow_cases import slow_after

AAC = ("-c:a", "aac", "-b:a", "192k")
BLACK = ("-f", "lavfi", "-i", "color=black:s=320x180:r=30:d=2")
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")


def sines(*hertz, layout, seconds=2, rate=SAMPLE_RATE):
    """One sine of amplitude 0.1 on each channel."""
    waves = "|".join(f"0.1*sin(2*PI*{one}*t)" for one in hertz)
    return ("-f", "lavfi", "-i", f"aevalsrc='{waves}':c={layout}:s={rate}:d={seconds}")


def remix(channels_in, *rows):
    outputs = [{"InputChannels": list(row)} for row in rows]
    return {
        "ChannelsIn": channels_in,
        "ChannelsOut": len(rows),
        "ChannelMapping": {"OutputChannels": outputs},
    }


def levels(media, *hertz, part=slice(SAMPLE_RATE // 4, SAMPLE_RATE * 3 // 2)):
    """By channel, the level of each sine in dB below 0.1."""
    found = []
    for channel in samples(media):
        heard = [level_of(channel[part], one) for one in hertz]
        found.append([round(20 * np.log10(max(level, 1e-9) / 0.1), 1) for level in heard])
    return found


def quiet(level):
    return level < -45


async def stereo(studio):
    return await studio.made("stereo.mp4", *BLACK, *sines(500, 900, layout="stereo"), *X264, *AAC)


async def test_stereo_comes_through(studio):
    media = (await studio.render(mp4_job(studio, file_input(await stereo(studio))))).files["video.mp4"]
    left, right = levels(media, 500, 900)
    assert left[0] == pytest.approx(0, abs=0.5)
    assert right[1] == pytest.approx(0, abs=0.5)
    assert quiet(left[1])
    assert quiet(right[0])


@pytest.mark.slow
async def test_mono_is_on_both_sides_at_any_rate(studio):
    wave = sines(440, layout="mono", rate=8000)
    uri = await studio.made("mono.mkv", *BLACK, *wave, *X264, "-c:a", "pcm_s16le")
    media = (await studio.render(mp4_job(studio, file_input(uri)))).files["video.mp4"]
    assert levels(media, 440) == [[pytest.approx(0, abs=0.5)], [pytest.approx(0, abs=0.5)]]


async def test_surround_is_mixed_down(studio):
    wave = sines(300, 400, 500, 60, 700, 800, layout="5.1")
    uri = await studio.made("surround.mp4", *BLACK, *wave, *X264, *AAC, "-b:a", "384k")
    left, right = levels(
        (await studio.render(mp4_job(studio, file_input(uri)))).files["video.mp4"], 300, 400, 500, 700, 800
    )
    assert left[0] > left[2] > -15
    assert right[1] > right[2] > -15
    assert left[2] == pytest.approx(right[2], abs=0.3)
    assert quiet(left[1])
    assert quiet(right[0])


@pytest.mark.slow
async def test_surround_stays_surround_where_it_is_asked_for(studio):
    wave = sines(300, 400, 500, 60, 700, 800, layout="5.1")
    uri = await studio.made("surround.mp4", *BLACK, *wave, *X264, *AAC, "-b:a", "384k")
    request = mp4_job(studio, file_input(uri))
    description = request["Settings"]["OutputGroups"][0]["Outputs"][0]["AudioDescriptions"][0]
    description["CodecSettings"]["AacSettings"] |= {"CodingMode": "CODING_MODE_5_1", "Bitrate": 384_000}
    found = levels((await studio.render(request)).files["video.mp4"], 300, 400, 500, 60, 700, 800)
    assert [channel[index] for index, channel in enumerate(found)] == pytest.approx([0] * 6, abs=1)


@pytest.mark.parametrize("place", slow_after(1, ["selector", "output"]))
async def test_a_remix_sets_gains_and_mutes(studio, place):
    """Left gets the right one at -6 dB, right both at -12 and +6; -60 is silence."""
    settings = remix(2, (-60, -6), (-12, 6))
    request = mp4_job(studio, file_input(await stereo(studio)))
    if place == "selector":
        request["Settings"]["Inputs"][0]["AudioSelectors"]["Audio Selector 1"]["RemixSettings"] = settings
    else:
        output = request["Settings"]["OutputGroups"][0]["Outputs"][0]
        output["AudioDescriptions"][0]["RemixSettings"] = settings
    left, right = levels((await studio.render(request)).files["video.mp4"], 500, 900)
    assert quiet(left[0])
    assert left[1] == pytest.approx(-6, abs=0.5)
    assert right == pytest.approx([-12, 6], abs=0.5)


@pytest.mark.slow
async def test_broken_gains_and_surround_to_stereo(studio):
    wave = sines(300, 400, 500, 60, 700, 800, layout="5.1")
    uri = await studio.made("surround.mp4", *BLACK, *wave, *X264, *AAC, "-b:a", "384k")
    request = mp4_job(studio, file_input(uri))
    rows = [
        {"InputChannelsFineTune": [0, -60, -3.5, -60, -9, -60]},
        {"InputChannels": [-60, 0, -60, -60, -60, -9]},
    ]
    request["Settings"]["Inputs"][0]["AudioSelectors"]["Audio Selector 1"]["RemixSettings"] = {
        "ChannelsIn": 6,
        "ChannelsOut": 2,
        "ChannelMapping": {"OutputChannels": rows},
    }
    left, right = levels((await studio.render(request)).files["video.mp4"], 300, 400, 500, 700, 800)
    assert [left[0], left[2], left[3]] == pytest.approx([0, -3.5, -9], abs=0.6)
    assert [right[1], right[4]] == pytest.approx([0, -9], abs=0.6)
    assert all(quiet(level) for level in (left[1], left[4], right[0], right[2], right[3]))


@pytest.mark.slow
async def test_a_group_joins_channels_of_its_selectors(studio):
    """The music bed of the reference: speech as it is, an external file 18 dB below, only where it is."""
    music = await studio.made("music.m4a", *sines(1500, 1700, layout="stereo", seconds=1), *AAC)
    selectors = {
        "Audio Selector 1": {"DefaultSelection": "DEFAULT"},
        "Music": {"DefaultSelection": "NOT_DEFAULT", "ExternalAudioFileInput": music},
    }
    groups = {"Mix": {"AudioSelectorNames": ["Audio Selector 1", "Music"]}}
    uri = await stereo(studio)
    title = generator(1000, AudioSelectorGroups={"Mix": {"AudioSelectorNames": ["Audio Selector 1"]}})
    title["AudioSelectors"] = {"Audio Selector 1": {"DefaultSelection": "DEFAULT"}}
    request = mp4_job(
        studio, title, {"FileInput": uri, "AudioSelectors": selectors, "AudioSelectorGroups": groups}
    )
    settings = remix(4, (0, -60, -18, -60), (-60, 0, -60, -18))
    request["Settings"]["OutputGroups"][0]["Outputs"][0]["AudioDescriptions"] = [
        audio("Mix", RemixSettings=settings)
    ]
    media = (await studio.render(request)).files["video.mp4"]
    assert float(np.abs(samples(media)[:, : SAMPLE_RATE - 2000]).max()) < 0.001
    during = slice(SAMPLE_RATE * 5 // 4, SAMPLE_RATE * 7 // 4)
    after = slice(SAMPLE_RATE * 9 // 4, SAMPLE_RATE * 11 // 4)
    left, right = levels(media, 500, 900, 1500, 1700, part=during)
    assert (left[0], left[2]) == (pytest.approx(0, abs=0.5), pytest.approx(-18, abs=0.7))
    assert (right[1], right[3]) == (pytest.approx(0, abs=0.5), pytest.approx(-18, abs=0.7))
    left, right = levels(media, 500, 900, 1500, 1700, part=after)
    assert (left[0], right[1]) == (pytest.approx(0, abs=0.5), pytest.approx(0, abs=0.5))
    assert quiet(left[2])


async def test_an_external_file_is_cut_with_its_picture_and_sounds_over_a_title(studio):
    """Its sine begins at 1 s of the input's timeline."""
    wave = "0.1*sin(2*PI*700*t)*gte(t,1)"
    late = f"aevalsrc='{wave}|{wave}':c=stereo:s=48000:d=2"
    own = await studio.made("sound.wav", "-f", "lavfi", "-i", late)
    beneath = await studio.made("title.wav", *sines(1100, 1100, layout="stereo", seconds=1))
    uri = await studio.made("silent.mp4", *BLACK, *X264)
    title = generator(
        1000,
        AudioSelectors={
            "Audio Selector 1": {"DefaultSelection": "DEFAULT", "ExternalAudioFileInput": beneath}
        },
    )
    clips = [{"StartTimecode": "00:00:01:15"}, {"StartTimecode": "00:00:00:15", "EndTimecode": "00:00:01:14"}]
    selectors = {"Audio Selector 1": {"DefaultSelection": "DEFAULT", "ExternalAudioFileInput": own}}
    request = mp4_job(studio, title, {"FileInput": uri, "AudioSelectors": selectors, "InputClippings": clips})
    media = (await studio.render(request)).files["video.mp4"]
    heard = samples(media)[0]
    parts = {
        "title": (0.1, 0.9, 1100, 0.1),
        "first clip": (1.05, 1.45, 700, 0.1),
        "before it begins": (1.6, 1.9, 700, 0.0),
        "second clip": (2.1, 2.4, 700, 0.1),
    }
    for name, (start, end, hertz, amplitude) in parts.items():
        part = heard[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)]
        assert level_of(part, hertz) == pytest.approx(amplitude, abs=0.006), name
    first = np.flatnonzero(np.abs(heard[round(1.6 * SAMPLE_RATE) :]) > 0.03)[0] / SAMPLE_RATE + 1.6
    assert first == pytest.approx(2.0, abs=0.002)


@pytest.mark.slow
async def test_a_missing_name_falls_back_to_the_default_selector(studio):
    uri = await stereo(studio)
    request = mp4_job(studio, file_input(uri))
    request["Settings"]["OutputGroups"][0]["Outputs"][0]["AudioDescriptions"] = [audio("Audio Selector 9")]
    assert levels((await studio.render(request)).files["video.mp4"], 500)[0] == [pytest.approx(0, abs=0.5)]
    request["Settings"]["Inputs"][0]["AudioSelectors"]["Audio Selector 1"]["DefaultSelection"] = "NOT_DEFAULT"
    assert float(np.abs(samples((await studio.render(request)).files["video.mp4"])).max()) == 0.0


@pytest.mark.slow
async def test_tracks_are_chosen_by_number(studio):
    uri = await studio.made(
        "two.mp4",
        *BLACK,
        *sines(500, 500, layout="stereo"),
        *sines(900, 900, layout="stereo"),
        *("-map", "0", "-map", "1", "-map", "2", *X264, *AAC),
    )
    selectors = {"Audio Selector 1": {"DefaultSelection": "DEFAULT", "SelectorType": "TRACK", "Tracks": [2]}}
    request = mp4_job(studio, {"FileInput": uri, "AudioSelectors": selectors})
    left, _ = levels((await studio.render(request)).files["video.mp4"], 500, 900)
    assert quiet(left[0])
    assert left[1] == pytest.approx(0, abs=0.5)


@pytest.mark.slow
async def test_an_offset_moves_the_sound(studio):
    late = "aevalsrc='0.1*sin(2*PI*700*t)*gte(t,0.5)':s=48000:d=2,aformat=channel_layouts=stereo"
    uri = await studio.made("late.mp4", *BLACK, "-f", "lavfi", "-i", late, *X264, *AAC)
    for offset, begins in ((400, 0.9), (-300, 0.2)):
        request = mp4_job(studio, file_input(uri))
        request["Settings"]["Inputs"][0]["AudioSelectors"]["Audio Selector 1"]["Offset"] = offset
        heard = np.abs(samples((await studio.render(request)).files["video.mp4"])[0]) > 0.03
        assert np.flatnonzero(heard)[0] / SAMPLE_RATE == pytest.approx(begins, abs=0.005)


@pytest.mark.slow
async def test_two_tracks_and_sound_alone(studio):
    """An MP4 with two languages, and an M4A beside it."""
    music = await studio.made("music.wav", *sines(1500, 1500, layout="stereo"))
    selectors = {
        "Audio Selector 1": {"DefaultSelection": "DEFAULT"},
        "Other": {"ExternalAudioFileInput": music},
    }
    request = mp4_job(studio, {"FileInput": await stereo(studio), "AudioSelectors": selectors})
    groups = request["Settings"]["OutputGroups"]
    groups[0]["Outputs"][0]["AudioDescriptions"] = [
        audio(LanguageCode="ENG", LanguageCodeControl="USE_CONFIGURED"),
        audio("Other", LanguageCode="DEU", LanguageCodeControl="USE_CONFIGURED"),
    ]
    alone = {
        "ContainerSettings": {"Container": "MP4"},
        "Extension": "m4a",
        "AudioDescriptions": [audio(bitrate=96_000)],
    }
    groups.append(file_group(studio.destination("sound"), alone))
    rendered = await studio.render(request)
    media = rendered.files["video.mp4"]
    with av.open(io.BytesIO(media)) as container:
        assert [stream.language for stream in container.streams.audio] == ["eng", "deu"]
    assert level_of(samples(media, 1)[0][4800:90000], 1500) == pytest.approx(0.1, abs=0.006)
    with av.open(io.BytesIO(rendered.files["sound.m4a"])) as container:
        assert [stream.type for stream in container.streams] == ["audio"]
        assert container.duration / av.time_base == pytest.approx(2.0, abs=0.05)
    assert rendered.details[1]["outputDetails"] == [
        {"outputFilePaths": [f"{studio.destination('sound')}.m4a"], "durationInMs": 2000}
    ]
