"""Random videos, and random configs that are valid for them."""

from fractions import Fraction

from hypothesis import strategies as st

from services.probed_media import ProbedMedia
from services.production_config import (
    AudioConfig,
    AudioMode,
    KeptRange,
    LowerThird,
    LowerThirdPosition,
    OutputsConfig,
    ProductionConfig,
    TitlePage,
    Trim,
)

TEXTS = st.sampled_from(["Ana Núñez", "محمد علي 2026", "日本語の題名", "Rechtsschutzversicherung", "😀 ok"])
RATES = st.one_of(
    st.sampled_from(
        [Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(60000, 1001), Fraction(120)]
    ),
    st.fractions(min_value=1, max_value=240, max_denominator=1001),
)
DEFAULT_MEDIA = ProbedMedia(
    duration_ms=20_000,
    width=1920,
    height=1080,
    frame_rate=Fraction(30),
    rotation=0,
    video_codec="h264",
    audio_codec="aac",
    audio_channels=2,
    has_audio=True,
    hdr=False,
    interlaced=False,
    variable_frame_rate=False,
    container="mov,mp4,m4a,3gp,3g2,mj2",
)


@st.composite
def media(draw: st.DrawFn) -> ProbedMedia:
    has_audio = draw(st.booleans())
    return ProbedMedia(
        duration_ms=draw(st.integers(40, 12 * 3600 * 1000)),
        width=draw(st.integers(32, 8192)),
        height=draw(st.integers(32, 8192)),
        frame_rate=draw(RATES),
        rotation=draw(st.sampled_from([0, 90, 180, 270])),
        video_codec="h264",
        audio_codec="aac" if has_audio else None,
        audio_channels=draw(st.sampled_from([1, 2, 6])) if has_audio else 0,
        has_audio=has_audio,
        hdr=draw(st.booleans()),
        interlaced=draw(st.booleans()),
        variable_frame_rate=draw(st.booleans()),
        container="matroska,webm",
    )


@st.composite
def configs_and_media(draw: st.DrawFn) -> tuple[ProductionConfig, ProbedMedia]:
    video = draw(media())
    trim = draw(_trim(video.duration_ms)) if video.duration_ms >= 3000 and draw(st.booleans()) else None
    first = trim.keep[0].start_ms if trim else 0
    last = (trim.keep[0].end_ms if trim else None) or video.duration_ms
    title = draw(st.none() | st.builds(TitlePage, TEXTS, st.none() | TEXTS, st.integers(500, 30_000)))
    length = (title.duration_ms if title else 0) + last - first
    config = ProductionConfig(
        title_page=title,
        lower_thirds=draw(_lower_thirds(first, last)),
        audio=draw(st.builds(AudioConfig, st.sampled_from(AudioMode), st.floats(-40, -5))),
        trim=trim,
        poster_at_ms=draw(st.none() | st.integers(0, length - 1)),
        outputs=draw(st.builds(OutputsConfig, st.none() | st.integers(144, 1080), st.booleans())),
    )
    return config, video


@st.composite
def _trim(draw: st.DrawFn, duration_ms: int) -> Trim:
    start = draw(st.integers(0, duration_ms - 1000))
    return Trim((KeptRange(start, draw(st.none() | st.integers(start + 1000, duration_ms))),))


@st.composite
def _lower_thirds(draw: st.DrawFn, first: int, last: int) -> tuple[LowerThird, ...]:
    """One after another, so that none overlap."""
    lower_thirds: list[LowerThird] = []
    while last - first >= 500 and len(lower_thirds) < 5 and draw(st.booleans()):
        start = draw(st.integers(first, last - 500))
        end = draw(st.integers(start + 500, last))
        position = draw(st.sampled_from(LowerThirdPosition))
        lower_thirds.append(LowerThird(draw(TEXTS), start, end, draw(st.none() | TEXTS), position))
        first = end
    return tuple(lower_thirds)
