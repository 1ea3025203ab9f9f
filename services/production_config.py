"""What a production is made of: the edit of one upload, kept as JSON beside the production.

Every time is in milliseconds. Trim, lower thirds and captions are on the upload's own timeline, before any
trim, so that moving the cut or adding a title page moves no text; only `poster_at_ms` is on the finished
programme's timeline (title page first). Other uploads are named by their rows' ids.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter


class LowerThirdPosition(StrEnum):
    BOTTOM_LEFT = "BOTTOM_LEFT"
    BOTTOM_CENTER = "BOTTOM_CENTER"
    BOTTOM_RIGHT = "BOTTOM_RIGHT"
    TOP_LEFT = "TOP_LEFT"
    TOP_CENTER = "TOP_CENTER"
    TOP_RIGHT = "TOP_RIGHT"


class LowerThirdStyle(StrEnum):
    PANEL = "PANEL"
    BAR = "BAR"
    PLAIN = "PLAIN"


class AudioMode(StrEnum):
    KEEP = "KEEP"
    NORMALIZE = "NORMALIZE"
    MUTE = "MUTE"


class CaptionMode(StrEnum):
    SIDECAR = "SIDECAR"
    BURN_IN = "BURN_IN"


@dataclass(frozen=True)
class TitlePage:
    """A full frame of text before the video.

    Behind the text lies an image (of an IMAGE upload, or the poster of a VIDEO one), cropped to fill the
    frame, or else the colour `background`, `#rrggbb`. `logo_upload_id` is an IMAGE upload. The page fades in
    from black and out to black.
    """

    title: str
    subtitle: str | None = None
    duration_ms: int = 3000
    background: str = "#101418"
    background_upload_id: UUID | None = None
    logo_upload_id: UUID | None = None
    fade_in_ms: int = 500
    fade_out_ms: int = 500


@dataclass(frozen=True)
class LowerThird:
    """Text over the video from `start_ms` up to `end_ms`, fades included; `accent` is `#rrggbb`."""

    text: str
    start_ms: int
    end_ms: int
    subtext: str | None = None
    position: LowerThirdPosition = LowerThirdPosition.BOTTOM_LEFT
    style: LowerThirdStyle = LowerThirdStyle.PANEL
    accent: str = "#4da3ff"
    fade_in_ms: int = 400
    fade_out_ms: int = 400


@dataclass(frozen=True)
class Music:
    """A bed under the whole programme, title page included: an AUDIO upload, or a VIDEO one with sound.

    Repeated when it is shorter, cut when it is longer. While somebody speaks it sinks by `ducking_db` more.
    """

    upload_id: UUID
    gain_db: float = -12.0
    fade_in_ms: int = 1000
    fade_out_ms: int = 2000
    ducking_db: float = 12.0


@dataclass(frozen=True)
class AudioConfig:
    """KEEP is the default: nobody's sound is changed (and normalisation paid for) unless they asked.

    `mode` and `gain_db` are about the upload's own sound, except that NORMALIZE is of the whole mix.
    """

    mode: AudioMode = AudioMode.KEEP
    target_lkfs: float = -16.0
    gain_db: float = 0.0
    music: Music | None = None


@dataclass(frozen=True)
class KeptRange:
    """Kept from `start_ms` up to `end_ms`; no `end_ms` means to the end of the upload."""

    start_ms: int = 0
    end_ms: int | None = None


@dataclass(frozen=True)
class Trim:
    """The parts that are kept, in the order they are shown."""

    keep: tuple[KeptRange, ...] = (KeptRange(),)


@dataclass(frozen=True)
class Caption:
    """A CAPTIONS upload as a track to choose in the player, or drawn into the picture.

    `language` is a BCP 47 tag; players show `label`, or the language's name where it is None.
    """

    upload_id: UUID
    language: str = "en"
    label: str | None = None
    mode: CaptionMode = CaptionMode.SIDECAR
    is_default: bool = False


@dataclass(frozen=True)
class OutputsConfig:
    """`max_height` caps the short edge of the largest rendition; `mp4` and `audio` add files to download."""

    max_height: int | None = None
    mp4: bool = False
    audio: bool = False


@dataclass(frozen=True)
class ProductionConfig:
    title_page: TitlePage | None = None
    lower_thirds: tuple[LowerThird, ...] = ()
    audio: AudioConfig = field(default_factory=AudioConfig)
    trim: Trim | None = None
    captions: tuple[Caption, ...] = ()
    poster_at_ms: int | None = None
    outputs: OutputsConfig = field(default_factory=OutputsConfig)

    def to_json(self) -> dict[str, Any]:
        """The whole config as plain JSON values; `from_json` gives the same config back."""
        value: dict[str, Any] = _adapter().dump_python(self, mode="json")
        return value

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "ProductionConfig":
        """Read what `to_json` wrote; absent parts take their defaults, so `{}` is the default config."""
        return _adapter().validate_python(value)

    def referenced_uploads(self) -> Iterator[tuple[UUID, tuple[str, ...]]]:
        """Every other upload this config uses, with the way to the field in GraphQL's names."""
        page, music = self.title_page, self.audio.music
        if page and page.background_upload_id:
            yield page.background_upload_id, ("config", "titlePage", "backgroundUploadId")
        if page and page.logo_upload_id:
            yield page.logo_upload_id, ("config", "titlePage", "logoUploadId")
        if music:
            yield music.upload_id, ("config", "audio", "music", "uploadId")
        for index, caption in enumerate(self.captions):
            yield caption.upload_id, ("config", "captions", str(index), "uploadId")


@cache
def _adapter() -> TypeAdapter[ProductionConfig]:
    return TypeAdapter(ProductionConfig)
