"""Random videos, and random configs that are valid for them."""

from fractions import Fraction
from uuid import UUID

from hypothesis import strategies as st

from services.job_settings.audio_settings import is_silent
from services.job_settings.caption_languages import track_name
from services.job_settings.programme_timeline import kept_ranges, programme_duration_ms
from services.media.probed_media import ProbedMedia
from services.production_config import (
    AudioConfig,
    AudioMode,
    Caption,
    CaptionMode,
    KeptRange,
    LowerThird,
    LowerThirdPosition,
    LowerThirdStyle,
    Music,
    OutputsConfig,
    ProductionConfig,
    TitlePage,
    Trim,
)

TEXTS = st.sampled_from(["Ana Núñez", "محمد علي 2026", "日本語の題名", "Rechtsschutzversicherung", "😀 ok"])
UPLOAD_IDS = st.uuids(version=4)
COLORS = st.sampled_from(["#101418", "#FFFFFF", "#4da3ff"])
FADES = st.sampled_from([0, 1, 400, 5000])
LANGUAGES = st.sampled_from(
    ["en", "pt-BR", "es-419", "zh-Hant-TW", "zh", "yue", "de-1996", "sr-Latn-RS", "fr-CA-x-film", "SRP"]
)
LONGEST_KEPT_MS = 12 * 3600 * 1000 - 1001
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
    has_audio = draw(st.integers(0, 3)) > 0
    return ProbedMedia(
        duration_ms=draw(st.integers(40, 12 * 3600 * 1000)),
        width=draw(st.integers(32, 8192)),
        height=draw(st.integers(32, 8192)),
        frame_rate=draw(RATES),
        rotation=draw(st.sampled_from([0, 90, 180, 270])),
        video_codec="h264",
        audio_codec="aac" if has_audio else None,
        audio_channels=draw(st.sampled_from([1, 2, 3, 4, 5, 6, 7, 8, 16])) if has_audio else 0,
        has_audio=has_audio,
        hdr=draw(st.booleans()),
        interlaced=draw(st.booleans()),
        variable_frame_rate=draw(st.booleans()),
        container=draw(st.sampled_from(["matroska,webm", DEFAULT_MEDIA.container])),
    )


@st.composite
def configs_and_media(draw: st.DrawFn, *, images: bool = False) -> tuple[ProductionConfig, ProbedMedia]:
    """`images` also lets title pages show uploads, which whoever draws them must then have."""
    video = draw(media())
    timeline = ProductionConfig(
        title_page=draw(st.none() | _title_page(images)),
        trim=draw(_trim(video.duration_ms)) if video.duration_ms >= 3000 else None,
    )
    lasts = programme_duration_ms(timeline, video)
    audio = draw(_audio(lasts))
    config = ProductionConfig(
        title_page=timeline.title_page,
        lower_thirds=draw(_lower_thirds(kept_ranges(timeline, video))),
        audio=audio,
        trim=timeline.trim,
        captions=draw(_captions()),
        poster_at_ms=draw(st.none() | st.integers(0, lasts - 1)),
        outputs=OutputsConfig(
            max_height=draw(st.none() | st.integers(144, 1080)),
            mp4=draw(st.booleans()),
            audio=not is_silent(audio, video) and draw(st.booleans()),
        ),
    )
    return config, video


def _title_page(images: bool) -> st.SearchStrategy[TitlePage]:
    ids: st.SearchStrategy[UUID | None] = st.none() | UPLOAD_IDS if images else st.none()
    return st.builds(
        TitlePage,
        title=TEXTS,
        subtitle=st.none() | TEXTS,
        duration_ms=st.integers(500, 30_000),
        background=COLORS,
        background_upload_id=ids,
        logo_upload_id=ids,
        fade_in_ms=FADES,
        fade_out_ms=FADES,
    )


@st.composite
def _trim(draw: st.DrawFn, duration_ms: int) -> Trim | None:
    """Some parts in any order, which may overlap; none at all for no trim."""
    parts: list[KeptRange] = []
    lasts = 0
    for _ in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, duration_ms - 1000) | st.just(_end_of(parts, duration_ms)))
        end = draw(st.none() | st.integers(start + 1000, duration_ms))
        lasts += (end or duration_ms) - start
        if lasts > LONGEST_KEPT_MS:
            break
        parts.append(KeptRange(start, end))
    return Trim(tuple(parts)) if parts else None


def _end_of(parts: list[KeptRange], duration_ms: int) -> int:
    """Where the part before ends, if another fits behind it."""
    end = parts[-1].end_ms if parts else None
    return end if end is not None and end <= duration_ms - 1000 else 0


@st.composite
def _lower_thirds(draw: st.DrawFn, kept: tuple[tuple[int, int], ...]) -> tuple[LowerThird, ...]:
    """Each within a kept part, none in the place of another."""
    lower_thirds: list[LowerThird] = []
    for _ in range(draw(st.integers(0, 5))):
        first, last = draw(st.sampled_from(kept))
        if last - first < 500:
            continue
        start = draw(st.integers(first, last - 500))
        lower_third = LowerThird(
            text=draw(TEXTS),
            start_ms=start,
            end_ms=draw(st.integers(start + 500, min(last, start + 20_000))),
            subtext=draw(st.none() | TEXTS),
            position=draw(st.sampled_from(LowerThirdPosition)),
            style=draw(st.sampled_from(LowerThirdStyle)),
            accent=draw(COLORS),
            fade_in_ms=draw(FADES),
            fade_out_ms=draw(FADES),
        )
        if not any(_collide(lower_third, other) for other in lower_thirds):
            lower_thirds.append(lower_third)
    return tuple(lower_thirds)


def _collide(one: LowerThird, other: LowerThird) -> bool:
    together = one.start_ms < other.end_ms and other.start_ms < one.end_ms
    return together and one.position is other.position


def _audio(programme_ms: int) -> st.SearchStrategy[AudioConfig]:
    fades = st.integers(0, min(30_000, programme_ms))
    music = st.builds(Music, UPLOAD_IDS, st.floats(-60, 12), fades, fades, st.floats(0, 40))
    gains = st.sampled_from([0.0, 6.0, -60.0, -7.0]) | st.floats(-60, 6)
    return st.builds(
        AudioConfig, st.sampled_from(AudioMode), st.floats(-40, -5), gains, st.none() | st.none() | music
    )


@st.composite
def _captions(draw: st.DrawFn) -> tuple[Caption, ...]:
    """At most one is drawn in, at most one the default, and no two tracks share a name."""
    captions: list[Caption] = []
    for _ in range(draw(st.integers(0, 4))):
        language, label = draw(LANGUAGES), draw(st.none() | TEXTS)
        is_default = not any(caption.is_default for caption in captions) and draw(st.booleans())
        may_burn = not any(caption.mode is CaptionMode.BURN_IN for caption in captions)
        mode = draw(st.sampled_from(CaptionMode)) if may_burn else CaptionMode.SIDECAR
        names = {track_name(caption.language, caption.label) for caption in captions}
        if track_name(language, label) not in names:
            captions.append(Caption(draw(UPLOAD_IDS), language, label, mode, is_default))
    return tuple(captions)
