"""Which samples of the upload are heard when: the kept parts on the programme's timeline.

Cuts are where the job's timecodes put them, on whole frames, so that music runs on over them unbroken.
"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from services.job_settings.frame_timing import frame_at, input_rate, output_rate
from services.job_settings.programme_timeline import kept_ranges, title_page_ms
from services.probed_media import ProbedMedia
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
    """Samples of the title page, of the whole programme, and the kept parts in the order shown."""

    title_length: int
    length: int
    parts: tuple[Part, ...]

    def in_source_order(self) -> list[Part]:
        return sorted(self.parts, key=lambda part: part.source_start)


def plan_programme(config: ProductionConfig, media: ProbedMedia) -> ProgrammePlan:
    """Where every sample of the programme comes from. No part may be kept twice: validation sees to it."""
    rate = input_rate(media)
    title = frame_at(title_page_ms(config), output_rate(media)) / output_rate(media)
    elapsed = Fraction(title)
    parts = []
    for start_ms, end_ms in kept_ranges(config, media):
        start, end = (frame_at(at, rate) / rate for at in (start_ms, end_ms))
        first, last = samples_at(elapsed), samples_at(elapsed + end - start)
        parts.append(Part(samples_at(start), first, last - first))
        elapsed += end - start
    return ProgrammePlan(samples_at(title), samples_at(elapsed), _with_margins(parts))


def _with_margins(parts: list[Part]) -> tuple[Part, ...]:
    """Each part with a margin where no other part is in the way."""
    ordered = sorted(parts, key=lambda part: part.source_start)
    room_after = {one: (other.source_start - one.source_end) // 2 for one, other in pairwise(ordered)}
    room_before = {other: room_after[one] for one, other in pairwise(ordered)}
    return tuple(
        Part(
            part.source_start,
            part.programme_start,
            part.length,
            lead=max(0, min(MARGIN, room_before.get(part, part.source_start))),
            tail=max(0, min(MARGIN, room_after.get(part, MARGIN))),
        )
        for part in parts
    )
