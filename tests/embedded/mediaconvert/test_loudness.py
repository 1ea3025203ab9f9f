"""Programmes reach their target of loudness within half a LU, and their peaks stay below the limit."""

import re
import subprocess

import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from tests.embedded.mediaconvert.fidelity import PAL, clipping, ended_well, put, read, request_at
from tests.loudness import integrated_loudness
from tests.media import SMALL, SOUND, lavfi, picture, real_clip, run_ffmpeg
from tests.slow_cases import slow_after

LIMIT_DBTP = -1.5
# AAC does not keep samples: its peaks come out a little above what went in.
CODEC_DB = 1.0
# Loud strokes in silence: much gain is asked for, and the limiter takes it.
STROKES = "0.7*sin(2*PI*800*t)*lt(mod(t,1),0.05)+0.003*sin(2*PI*200*t)"
SWELL = "0.4*sin(2*PI*300*t)*(0.02+pow(sin(PI*t/8),2))"


def true_peak(media):
    command = [get_ffmpeg_exe(), "-hide_banner", "-i", "pipe:0", "-vn", "-af", "ebur128=peak=true"]
    told = subprocess.run([*command, "-f", "null", "-"], input=media, capture_output=True, check=True)
    return float(re.findall(r"Peak:\s+(-?[\d.]+) dBFS", told.stderr.decode())[-1])


def normalised(request, target):
    audio = request["Settings"]["OutputGroups"][0]["Outputs"][0]["AudioDescriptions"][0]
    audio["AudioNormalizationSettings"] = {
        "Algorithm": "ITU_BS_1770_4",
        "AlgorithmControl": "CORRECT_AUDIO",
        "PeakCalculation": "TRUE_PEAK",
        "TargetLkfs": target,
        "TruePeakLimiterThreshold": LIMIT_DBTP,
    }
    return request


async def rendered(mediaconvert, s3, events, request, folder):
    await ended_well(mediaconvert, events, request)
    return await read(s3, folder, "video_180.mp4")


@pytest.mark.parametrize("target", slow_after(1, [-16.0, -14.0, -23.0]))
async def test_a_real_film_after_a_title_and_cuts(mediaconvert, s3, events, target):
    folder = f"film{-target:.0f}"
    request = normalised(request_at(await put(s3, real_clip()), folder, PAL, title_ms=2000), target)
    request["Settings"]["Inputs"][-1]["InputClippings"] = [clipping(0, 39, PAL), clipping(60, 120, PAL)]
    media = await rendered(mediaconvert, s3, events, request, folder)
    assert integrated_loudness(media) == pytest.approx(target, abs=0.5)
    assert true_peak(media) < LIMIT_DBTP + CODEC_DB


@pytest.mark.parametrize(
    ("sound", "target"), slow_after(1, [(STROKES, -20.0), (SWELL, -16.0), (SWELL, -30.0)])
)
async def test_sounds_that_are_hard_to_level(mediaconvert, s3, events, tmp_path, sound, target):
    folder = f"hard{-target:.0f}-{len(sound)}"
    clip = run_ffmpeg(
        tmp_path / f"{folder}.mp4",
        *picture("320x180", "25", 8),
        *lavfi(f"aevalsrc='{sound}|{sound}':s=48000:d=8"),
        *SMALL,
        *SOUND,
    )
    request = normalised(request_at(await put(s3, clip), folder, PAL), target)
    media = await rendered(mediaconvert, s3, events, request, folder)
    assert integrated_loudness(media) == pytest.approx(target, abs=0.5)
    assert true_peak(media) < LIMIT_DBTP + CODEC_DB
