"""Sound for tests: clips whose levels and times are known, and what is heard in a file."""

import subprocess
from itertools import pairwise
from pathlib import Path

import numpy as np
from imageio_ffmpeg import get_ffmpeg_exe

from tests.media import SMALL, lavfi, picture, run_ffmpeg

RATE = 48_000
BEEP_STEP = 0.5


def speaking_clip(path: Path, *spans: tuple[float, float], seconds: float = 8.0, hush: float = 0.002) -> Path:
    """A video in which a voice-like noise of about -25 dB is heard in the spans, and next to nothing else."""
    heard = "+".join(f"between(t,{start},{end})" for start, end in spans) or "0"
    noise = f"anoisesrc=c=pink:r={RATE}:a=0.5:seed=7:d={seconds}"
    voice = "highpass=f=1200,highpass=f=1200,lowpass=f=3000,volume=3"
    shaped = f"{noise},{voice},volume='if({heard},1,{hush})':eval=frame"
    # Uncompressed, so that a span has no echo before it.
    return run_ffmpeg(
        path, *picture("160x90", "25", seconds), *lavfi(shaped), *SMALL, "-ac", "2", "-c:a", "pcm_s16le"
    )


def beeping_clip(path: Path, *options: str, seconds: float = 6.0) -> Path:
    """A video with a beep of 10 ms each half second, its sound and container by the options."""
    beep = f"if(lt(mod(t,{BEEP_STEP}),0.01),0.8*sin(2*PI*1000*t),0)"
    sound = f"aevalsrc='{beep}':s={RATE}:d={seconds}"
    return run_ffmpeg(path, *picture("160x90", "25", seconds), *lavfi(sound), *SMALL, "-bf", "2", *options)


def tone(path: Path, *options: str, seconds: float = 5.0, hertz: float = 440) -> Path:
    """A sine of -21 dB (ffmpeg's has an amplitude of 1/8)."""
    return run_ffmpeg(path, *lavfi(f"sine=f={hertz}:r=44100:d={seconds}"), *options)


def heard_in(path: Path) -> np.ndarray:
    """All samples of a file, shape (samples, 2)."""
    command = [get_ffmpeg_exe(), "-loglevel", "error", "-i", str(path)]
    command += ["-f", "f32le", "-ar", str(RATE), "-ac", "2", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(raw, "<f4").reshape(-1, 2)


def level(sound: np.ndarray, start: float, end: float) -> float:
    """Power between two seconds, in dB of full scale."""
    part = sound[round(start * RATE) : round(end * RATE)].astype(np.float64)
    return float(10 * np.log10(np.mean(part**2) + 1e-20))


def tone_level(sound: np.ndarray, start: float, end: float, hertz: float = 440) -> float:
    """Power of one frequency between two seconds, whatever else is heard."""
    part = sound[round(start * RATE) : round(end * RATE), 0].astype(np.float64)
    window = np.hanning(len(part))
    turning = np.exp(-2j * np.pi * hertz / RATE * np.arange(len(part)))
    amplitude = 2 * abs(np.sum(part * window * turning)) / window.sum()
    return float(20 * np.log10(amplitude / np.sqrt(2) + 1e-10))


def onsets(sound: np.ndarray, threshold: float = 0.1) -> list[float]:
    """When something begins after a tenth of a second of less, in seconds."""
    loud = np.flatnonzero(np.abs(sound[:, 0]) > threshold)
    if not len(loud):
        return []
    begins = [
        loud[0],
        *(after for before, after in pairwise(loud) if after - before > 4800),
    ]
    return [float(begin / RATE) for begin in begins]
