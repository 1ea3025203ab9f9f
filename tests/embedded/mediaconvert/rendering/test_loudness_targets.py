"""Loudness reaches its target to half a unit, whatever the sound."""

import numpy as np
import pytest

from tests.embedded.mediaconvert.rendering.studio import (
    audio,
    file_group,
    file_input,
    generator,
    mp4_job,
    mp4_output,
    samples,
)
from tests.loudness import integrated_loudness
from tests.slow_cases import slow_after

# Syllables: noise in the band of a voice, four a second with a pause after each second.
SPEECH = (
    "anoisesrc=c=pink:r=48000:d={d}:a=0.5:seed=7,highpass=f=200,lowpass=f=3500,"
    "volume='{v}*(0.15+abs(sin(2*PI*2*t)))*lt(mod(t,1.3),1)':eval=frame,aformat=channel_layouts=stereo"
)
SOUNDS = {
    "speech": SPEECH.format(d=6, v=1),
    "quiet": SPEECH.format(d=4, v=0.01),
    # Without the highest sounds, which AAC drops.
    "loud": "anoisesrc=c=pink:r=48000:d=4:a=1:seed=3,lowpass=f=12000,volume=6dB,"
    "aformat=channel_layouts=stereo",
    "clipped": "sine=frequency=700:r=48000:d=3,volume=30dB,aformat=channel_layouts=stereo",
    "short": SPEECH.format(d=1, v=1),
    "peaks": "aevalsrc='0.02*sin(2*PI*500*t)+0.9*lt(mod(t,1),0.003)*sin(2*PI*3000*t)':s=48000:d=4,"
    "aformat=channel_layouts=stereo",
    "mono": "sine=frequency=700:r=44100:d=3",
}
TARGETS = [-14.0, -16.0, -23.0]


def normalized(target, **more):
    return {
        "AudioNormalizationSettings": {
            "Algorithm": "ITU_BS_1770_4",
            "AlgorithmControl": "CORRECT_AUDIO",
            "CorrectionGateLevel": -70,
            "PeakCalculation": "TRUE_PEAK",
            "TargetLkfs": target,
            "TruePeakLimiterThreshold": -1.5,
        }
        | more
    }


async def made(studio, graph):
    picture = ("-f", "lavfi", "-i", "color=black:s=64x64:r=30:d=6")
    codecs = ("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "pcm_f32le", "-shortest")
    return await studio.made("sound.mkv", *picture, "-f", "lavfi", "-i", graph, *codecs)


def job(studio, *inputs, descriptions):
    """One MP4 for each description."""
    request = mp4_job(studio, *inputs, size=(64, 64))
    request["Settings"]["OutputGroups"] = [
        file_group(studio.destination(f"video{index}"), mp4_output((64, 64)) | {"AudioDescriptions": [one]})
        for index, one in enumerate(descriptions)
    ]
    return request


@pytest.mark.parametrize("sound", slow_after(1, [name for name in SOUNDS if name != "peaks"]))
async def test_every_output_reaches_its_own_target(studio, sound):
    uri = await made(studio, SOUNDS[sound])
    descriptions = [audio(**normalized(target)) for target in TARGETS] + [audio()]
    title = generator(1000, (64, 64))
    rendered = await studio.render(job(studio, title, file_input(uri), descriptions=descriptions))
    for index, target in enumerate(TARGETS):
        assert integrated_loudness(rendered.files[f"video{index}.mp4"]) == pytest.approx(target, abs=0.5)
    assert float(np.abs(samples(rendered.files["video3.mp4"])).max()) > 0.001


async def test_peaks_are_held_below_the_limit(studio):
    """Short clicks over a quiet tone: the gain would lift them far above full scale."""
    uri = await made(studio, SOUNDS["peaks"])
    rendered = await studio.render(job(studio, file_input(uri), descriptions=[audio(**normalized(-16.0))]))
    heard = samples(rendered.files["video0.mp4"])
    # AAC adds a little of its own.
    assert float(np.abs(heard).max()) <= 10 ** (-0.5 / 20)
    assert integrated_loudness(rendered.files["video0.mp4"]) == pytest.approx(-16, abs=0.5)


@pytest.mark.parametrize(
    ("control", "gate"),
    slow_after(1, [("MEASURE_ONLY", -70), ("CORRECT_AUDIO", -20)]),
    ids=["measured only", "below the gate"],
)
async def test_what_is_not_to_be_corrected_is_left_alone(studio, control, gate):
    uri = await made(studio, "sine=frequency=700:r=48000:d=2,volume=-12dB,aformat=channel_layouts=stereo")
    changes = {"AlgorithmControl": control, "CorrectionGateLevel": gate}
    descriptions = [audio(**normalized(-14.0, **changes)), audio()]
    rendered = await studio.render(job(studio, file_input(uri), descriptions=descriptions))
    came, went = samples(rendered.files["video0.mp4"]), samples(rendered.files["video1.mp4"])
    assert np.abs(came - went).max() < 1e-4


@pytest.mark.parametrize(
    "graph", slow_after(1, ["anullsrc=r=48000:cl=stereo:d=2", None]), ids=["silence", "no track"]
)
async def test_silence_stays_silent(studio, graph):
    picture = ("-f", "lavfi", "-i", "color=black:s=64x64:r=30:d=2", "-c:v", "libx264")
    sound = ("-f", "lavfi", "-i", graph) if graph else ()
    uri = await studio.made("silent.mkv", *picture[:4], *sound, *picture[4:])
    rendered = await studio.render(job(studio, file_input(uri), descriptions=[audio(**normalized(-16.0))]))
    assert float(np.abs(samples(rendered.files["video0.mp4"])).max()) == 0.0
