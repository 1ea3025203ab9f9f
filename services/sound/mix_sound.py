"""The sound of a production with music, made before its job: one file for each of the job's inputs."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from services.gateways.ffmpeg import run_ffmpeg
from services.job_settings.asset_names import TITLE_SOUND_NAME, sound_name
from services.media.probed_media import ProbedMedia
from services.production_config import AudioMode, Music, ProductionConfig
from services.sound.decode_sound import DecodedSound, decode_beginning, decode_part
from services.sound.ducking import Ducking
from services.sound.music_bed import MusicBed
from services.sound.pcm import CHANNELS, SAMPLE_RATE, Samples, amplitude, silence
from services.sound.programme_plan import MARGIN, Part, ProgrammePlan, plan_programme
from services.sound.sound_track import SoundTrack
from services.sound.speech import WINDOW, Levels, speech_spans, voice_levels

# Ten seconds: 4 MB, and a whole number of windows.
PIECE = 500 * WINDOW
# Peaks of the sum that would clip are held at full scale; below it nothing is touched.
LIMITER = "alimiter=limit=1:attack=5:release=50:level=false:latency=true"
# Twelve hours take ten minutes.
ENCODING_SECONDS = 3600


@dataclass(frozen=True)
class MixedSound:
    """A file for each input of the upload, on the upload's own timeline and silent where nothing is kept, and
    one for the title page, if there is one. FLAC, 48 kHz, stereo, 16 bits."""

    inputs: tuple[Path, ...]
    title: Path | None


async def mix_sound(
    *,
    config: ProductionConfig,
    media: ProbedMedia,
    music: Music,
    own_track: SoundTrack | None,
    music_track: SoundTrack,
    folder: Path,
) -> MixedSound:
    """Mix into files in `folder`, which also holds up to 0.4 MB of scratch for each second of programme.

    `own_track` is the upload's sound, None where it is muted or has none. Raises SoundUnreadable, or
    FfmpegFailed when a source cannot be read now. Cancelled, it stops at once.
    """
    plan = plan_programme(config, media)
    own: dict[Part, DecodedSound] = {}
    if own_track is not None:
        for index, part in enumerate(plan.parts):
            start, count = part.source_start - part.lead, part.lead + part.length + part.tail
            own[part] = await decode_part(own_track, folder / f"own-{index}.pcm", start, count)
    bed = await decode_beginning(music_track, folder / "music.pcm", plan.length)
    gain_db = config.audio.gain_db if config.audio.mode is not AudioMode.MUTE else 0.0
    programme = _Programme(plan, own, amplitude(gain_db))
    ducking = Ducking(speech_spans(await _levels(programme)), music.ducking_db)
    mix = _Mix(programme, MusicBed(music, bed, plan.length), ducking)
    inputs = [
        await _encoded(folder / sound_name(index), mix.of_input(run), delay=run[0].source_start - run[0].lead)
        for index, run in enumerate(plan.runs)
    ]
    if not plan.title_length:
        return MixedSound(tuple(inputs), None)
    title = await _encoded(folder / TITLE_SOUND_NAME, mix.of_title(plan.title_length + MARGIN), delay=0)
    return MixedSound(tuple(inputs), title)


@dataclass(frozen=True)
class _Programme:
    """The upload's own sound at each sample of the programme."""

    plan: ProgrammePlan
    own: dict[Part, DecodedSound]
    gain: float

    def part(self, part: Part, start: int, count: int) -> Samples:
        """From `start` samples after the part's beginning, which may be before it."""
        found = self.own.get(part)
        return found.read(part.lead + start, count) * np.float32(self.gain) if found else silence(count)

    def read(self, start: int, count: int) -> Samples:
        sound = silence(count)
        for part in self.plan.parts:
            first = max(start, part.programme_start)
            last = min(start + count, part.programme_start + part.length)
            if first < last:
                sound[first - start : last - start] = self.part(
                    part, first - part.programme_start, last - first
                )
        return sound


@dataclass(frozen=True)
class _Mix:
    programme: _Programme
    bed: MusicBed
    ducking: Ducking

    def of_title(self, length: int) -> Iterator[Callable[[], Samples]]:
        for start, count in _pieces(length):
            yield partial(self._music, start, count)

    def of_input(self, run: Sequence[Part]) -> Iterator[Callable[[], Samples]]:
        """Piece after piece from the run's first part to the end of its last one."""
        reached = run[0].source_start - run[0].lead
        for part in run:
            begin, end = part.source_start - part.lead, part.source_end + part.tail
            for _, count in _pieces(begin - reached):
                yield partial(silence, count)
            for start, count in _pieces(end - begin):
                yield partial(self._part, part, start - part.lead, count)
            reached = end

    def _part(self, part: Part, start: int, count: int) -> Samples:
        return self.programme.part(part, start, count) + self._music(part.programme_start + start, count)

    def _music(self, start: int, count: int) -> Samples:
        return self.bed.read(start, count) * self.ducking.gain(start, count)


async def _levels(programme: _Programme) -> Levels:
    """How loud a voice's range is, window by window, over the programme."""

    def measured(start: int, count: int) -> Levels:
        return voice_levels(programme.read(start, count))

    pieces = _pieces(programme.plan.length)
    return np.concatenate([await asyncio.to_thread(measured, start, count) for start, count in pieces])


async def _encoded(path: Path, pieces: Iterator[Callable[[], Samples]], *, delay: int) -> Path:
    """`delay` samples of silence, then the pieces. The silence of a cut far into an upload is ffmpeg's own:
    an hour of it takes 3 s and 1 MB."""

    async def feed() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield (await asyncio.to_thread(piece)).astype("<f4").tobytes()

    raw = ["-f", "f32le", "-ar", str(SAMPLE_RATE), "-ac", str(CHANNELS), "-i", "pipe:0"]
    filters = f"{LIMITER},aformat=sample_fmts=s16,adelay=delays={delay}S:all=1"
    flac = ["-af", filters, "-c:a", "flac", "-compression_level", "5"]
    plain = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact"]
    await run_ffmpeg([*raw, *flac, *plain, str(path)], seconds=ENCODING_SECONDS, feed=feed())
    return path


def _pieces(length: int) -> Iterator[tuple[int, int]]:
    """Start and count of consecutive pieces."""
    for start in range(0, length, PIECE):
        yield start, min(PIECE, length - start)
