"""Which samples of the upload are heard when: the kept parts on the programme's timeline.

Cuts are where the job's timecodes put them, on whole frames, so that music runs on over them unbroken.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from services.job_settings.clip_runs import clip_runs
from services.job_settings.frame_timing import frame_at, input_rate, output_rate
from services.job_settings.programme_timeline import title_page_ms
from services.media.probed_media import ProbedMedia
from services.production_config import ProductionConfig
from services.sound.pcm import SAMPLE_RATE, samples_at

# The mix goes on a little beyond each cut, so that an engine that cuts a frame off is not met by silence.
MARGIN = SAMPLE_RATE // 5


@dataclass(frozen=True)
class Part:
    """A kept part, in samples: where it lies in the upload and in the programme; `lead` and `tail` are how
    far the mix goes beyond it."""

    source_start: int
    programme_start: int
    length: int
    lead: int = 0
    tail: int = 0

    @property
    def source_end(self) -> int:
        return self.source_start + self.length


@dataclass(frozen=True)
class ProgrammePlan:
    """Samples of the title page and of the whole programme, and the kept parts of each input of the upload,
    in the order in which they are shown and lie in it."""

    title_length: int
    length: int
    runs: tuple[tuple[Part, ...], ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(part for run in self.runs for part in run)


def plan_programme(config: ProductionConfig, media: ProbedMedia) -> ProgrammePlan:
    """Where every sample of the programme comes from."""
    rate = input_rate(media)
    title = frame_at(title_page_ms(config), output_rate(media)) / output_rate(media)
    elapsed = Fraction(title)
    runs = []
    for run in clip_runs(config, media):
        parts = []
        for start_ms, end_ms in run:
            start, end = (frame_at(at, rate) / rate for at in (start_ms, end_ms))
            # Counted in the upload, so that parts side by side in it meet; in the programme they nearly do.
            first, last = samples_at(start), samples_at(end)
            parts.append(Part(first, samples_at(elapsed), last - first))
            elapsed += end - start
        runs.append(_with_margins(parts))
    return ProgrammePlan(samples_at(title), samples_at(elapsed), tuple(runs))


def _with_margins(parts: list[Part]) -> tuple[Part, ...]:
    """Each part with a margin where no other part of its input is in the way."""
    room = [other.source_start - one.source_end for one, other in pairwise(parts)]
    leads = [min(MARGIN, between // 2) for between in (2 * parts[0].source_start, *room)]
    tails = [min(MARGIN, between // 2) for between in (*room, 2 * MARGIN)]
    return tuple(
        replace(part, lead=lead, tail=tail) for part, lead, tail in zip(parts, leads, tails, strict=True)
    )
