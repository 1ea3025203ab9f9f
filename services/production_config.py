"""What a production is made of: the edit of one upload, kept as JSON beside the production.

Every time is in milliseconds. Trim and lower thirds are on the upload's own timeline, before any trim, so
that moving the cut or adding a title page moves no text; only `poster_at_ms` is on the finished
programme's timeline (title page first).
"""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class LowerThirdPosition(StrEnum):
    BOTTOM_LEFT = "BOTTOM_LEFT"
    BOTTOM_CENTER = "BOTTOM_CENTER"
    BOTTOM_RIGHT = "BOTTOM_RIGHT"
    TOP_LEFT = "TOP_LEFT"
    TOP_CENTER = "TOP_CENTER"
    TOP_RIGHT = "TOP_RIGHT"


class AudioMode(StrEnum):
    KEEP = "KEEP"
    NORMALIZE = "NORMALIZE"
    MUTE = "MUTE"


@dataclass(frozen=True)
class TitlePage:
    """A full frame of text before the video; `background` is `#rrggbb`."""

    title: str
    subtitle: str | None = None
    duration_ms: int = 3000
    background: str = "#101418"


@dataclass(frozen=True)
class LowerThird:
    """A panel of text over the video from `start_ms` up to `end_ms`."""

    text: str
    start_ms: int
    end_ms: int
    subtext: str | None = None
    position: LowerThirdPosition = LowerThirdPosition.BOTTOM_LEFT


@dataclass(frozen=True)
class AudioConfig:
    """KEEP is the default: nobody's sound is changed (and normalisation paid for) unless they asked."""

    mode: AudioMode = AudioMode.KEEP
    target_lkfs: float = -16.0


@dataclass(frozen=True)
class Trim:
    """The part that is kept; no `end_ms` means to the end of the upload."""

    start_ms: int = 0
    end_ms: int | None = None


@dataclass(frozen=True)
class OutputsConfig:
    """`max_height` caps the short edge of the largest rendition; `mp4` adds a file to download."""

    max_height: int | None = None
    mp4: bool = False


@dataclass(frozen=True)
class ProductionConfig:
    title_page: TitlePage | None = None
    lower_thirds: tuple[LowerThird, ...] = ()
    audio: AudioConfig = field(default_factory=AudioConfig)
    trim: Trim | None = None
    poster_at_ms: int | None = None
    outputs: OutputsConfig = field(default_factory=OutputsConfig)

    def to_json(self) -> dict[str, Any]:
        """The whole config as plain JSON values; `from_json` gives the same config back."""
        return asdict(self) | {"lower_thirds": [asdict(lower_third) for lower_third in self.lower_thirds]}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "ProductionConfig":
        """Read what `to_json` wrote; absent parts take their defaults, so `{}` is the default config."""
        title_page, trim = value.get("title_page"), value.get("trim")
        audio = dict(value.get("audio") or {})
        return cls(
            title_page=TitlePage(**title_page) if title_page else None,
            lower_thirds=tuple(_lower_third(item) for item in value.get("lower_thirds") or ()),
            audio=AudioConfig(**audio | {"mode": AudioMode(audio.get("mode", AudioMode.KEEP))}),
            trim=Trim(**trim) if trim else None,
            poster_at_ms=value.get("poster_at_ms"),
            outputs=OutputsConfig(**(value.get("outputs") or {})),
        )


def _lower_third(value: dict[str, Any]) -> LowerThird:
    position = LowerThirdPosition(value.get("position", LowerThirdPosition.BOTTOM_LEFT))
    return LowerThird(**value | {"position": position})
