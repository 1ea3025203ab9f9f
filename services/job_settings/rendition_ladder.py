"""Which sizes a programme is rendered in: rungs are named after the short edge, portrait or not."""

from dataclasses import dataclass
from fractions import Fraction

from services.media.probed_media import ProbedMedia

RUNGS = (1080, 720, 480, 360)
# H.264 levels stop at 4096 pixels on the long edge, and MediaConvert at 32 on the short one.
LONGEST_EDGE = 4096
SHORTEST_EDGE = 32
# A source cropped by a few lines (1918x1078) still deserves its 1080 rung, at its own size.
NEARLY = 0.96
MAX_BITRATE = {1080: 6_000_000, 720: 3_500_000, 480: 1_400_000, 360: 800_000}
LEAST_BITRATE = 150_000


@dataclass(frozen=True)
class Rung:
    """One rendition: its nominal short edge (also its name), its even size, and bits/s at most."""

    name: int
    width: int
    height: int
    max_bitrate: int

    @property
    def is_hd(self) -> bool:
        return self.name >= 720


def even(pixels: int) -> int:
    """The nearest even number not above; encoders subsample colour by two."""
    return max(2, pixels - pixels % 2)


def nearest_even(pixels: Fraction) -> int:
    """The even number closest to a scaled edge."""
    return max(2, 2 * round(pixels / 2))


def display_size(media: ProbedMedia) -> tuple[int, int]:
    """Even size of the whole frame as seen; overlays are drawn for it."""
    return even(media.width), even(media.height)


def rendition_ladder(media: ProbedMedia, max_height: int | None, frame_rate: Fraction) -> tuple[Rung, ...]:
    """At least one rung, from large to small, none above the source. `max_height` caps the short edge."""
    source = min(media.width, media.height)
    cap = min(source, max_height or source)
    fitting = [name for name in RUNGS if source >= name * NEARLY and name <= (max_height or name)]
    names = fitting or [even(cap)]
    rungs = [_rung(name, min(name, source), media, frame_rate) for name in names]
    different = {(rung.width, rung.height): rung for rung in reversed(rungs)}
    return tuple(reversed(different.values()))


def _rung(name: int, short_edge: int, media: ProbedMedia, frame_rate: Fraction) -> Rung:
    short, long = sorted((media.width, media.height))
    scale = min(Fraction(short_edge, short), Fraction(LONGEST_EDGE, long), Fraction(1))
    long_out = max(SHORTEST_EDGE, min(nearest_even(long * scale), even(long)))
    short_out = max(SHORTEST_EDGE, min(nearest_even(short * scale), even(short)))
    portrait = media.height > media.width
    width, height = (short_out, long_out) if portrait else (long_out, short_out)
    return Rung(name, width, height, _max_bitrate(name, width * height, frame_rate))


def _max_bitrate(name: int, pixels: int, frame_rate: Fraction) -> int:
    """Bits/s at most, in step with the picture's area: a usual 16:9 rung gets its table value."""
    nearest = min(RUNGS, key=lambda rung: abs(rung - name))
    usual_pixels = nearest * nearest * 16 / 9
    rate_factor = 1.5 if frame_rate > 30 else 1.0
    bitrate = MAX_BITRATE[nearest] * pixels / usual_pixels * rate_factor
    return max(LEAST_BITRATE, min(round(bitrate / 10_000) * 10_000, 3 * MAX_BITRATE[nearest]))
