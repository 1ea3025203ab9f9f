"""Part of a file's sound as raw samples on disk, to the sample where it belongs."""

from fractions import Fraction
from pathlib import Path

import numpy as np

from services.gateways.ffmpeg import FfmpegFailed, SourceLost, reading, run_ffmpeg
from services.media.media_container import ALLOWED_CONTAINERS
from services.sound.pcm import CHANNELS, FULL_SCALE, SAMPLE_RATE, STORED, Samples, samples_at, silence
from services.sound.sound_track import SoundTrack, SoundUnreadable

# Decoders need some packets before the first good sample, and containers seek to a picture.
RUN_UP_SECONDS = 3
# A step in the time stamps from 10 ms on is a gap (one AAC frame is 21 ms) and becomes silence; a clock that
# drifts 3 ms off the pictures is brought back by stretching, at most by a hundredth.
# `first_pts` counts samples that come in, so that the rate is changed by another filter before.
IN_STEP = f"aresample={SAMPLE_RATE},aresample=async=480:min_comp=0.003:min_hard_comp=0.01"
# The same on both sides at full level, as MediaConvert is told to do it (RemixSettings).
MONO_TO_BOTH = "pan=stereo|c0=c0|c1=c0"
STEREO = "aformat=sample_fmts=s16:channel_layouts=stereo"
PATIENCE_SECONDS = 300
UNDECODABLE = ("Invalid data found", "Decoder not found", "Decoder (codec", "does not contain any stream")


class DecodedSound:
    """Samples in a scratch file, read from anywhere; silent past its end."""

    def __init__(self, path: Path) -> None:
        stored = path.stat().st_size // (STORED.itemsize * CHANNELS)
        shape = (stored, CHANNELS)
        self._samples = np.memmap(path, STORED, "r", shape=shape) if stored else np.zeros(shape, STORED)
        self.length = stored

    def read(self, start: int, count: int) -> Samples:
        sound = silence(count)
        found = self._samples[start : start + count]
        sound[: len(found)] = found / np.float32(FULL_SCALE)
        return sound

    def at(self, positions: np.ndarray) -> Samples:
        """The samples at these positions, each within the length."""
        return np.asarray(self._samples[positions] / np.float32(FULL_SCALE), np.float32)


async def decode_part(track: SoundTrack, path: Path, start: int, count: int) -> DecodedSound:
    """`count` samples from `start`, counted from the upload's time zero; where it has no sound, silence.

    Raises SoundUnreadable, or FfmpegFailed when it cannot be read now.
    """
    begin = Fraction(start, SAMPLE_RATE)
    first = samples_at(track.zero + begin)
    seek = ["-ss", f"{float(begin - RUN_UP_SECONDS):.6f}"] if begin > RUN_UP_SECONDS else []
    cut = f"atrim=start_pts={first}:end_pts={first + count}"
    filters = f"{IN_STEP}:first_pts={first},{_to_stereo(track)},{cut}"
    # The file's own clock is kept: without it ffmpeg counts from the first sound of a transport stream.
    return await _decode(track, path, ["-copyts", "-noaccurate_seek", *seek], filters, count)


async def decode_beginning(track: SoundTrack, path: Path, count: int) -> DecodedSound:
    """At most `count` samples from the first there is. Raises as `decode_part`, also when there is none."""
    filters = f"aresample={SAMPLE_RATE},{_to_stereo(track)},atrim=end_sample={count}"
    sound = await _decode(track, path, [], filters, count)
    if sound.length == 0:
        raise SoundUnreadable(track.source, "It has no sound.")
    return sound


def _to_stereo(track: SoundTrack) -> str:
    return f"{MONO_TO_BOTH},{STEREO}" if track.channels == 1 else STEREO


async def _decode(track: SoundTrack, path: Path, before: list[str], filters: str, count: int) -> DecodedSound:
    arguments = [*before, *reading(track.source), "-format_whitelist", ALLOWED_CONTAINERS]
    arguments += ["-i", track.source, "-map", "0:a:0", "-af", filters, "-f", "s16le", str(path)]
    try:
        await run_ffmpeg(arguments, seconds=PATIENCE_SECONDS + 2 * count / SAMPLE_RATE)
    except SourceLost:
        raise
    except FfmpegFailed as error:
        if any(sign in error.told for sign in UNDECODABLE):
            raise SoundUnreadable(track.source, f"ffmpeg says: {error}") from error
        raise
    return DecodedSound(path)
