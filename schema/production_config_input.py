from typing import Any
from uuid import UUID

import strawberry

from schema.node import row_id_of
from services import production_config as services
from services.production_config import AudioMode, CaptionMode, LowerThirdPosition, LowerThirdStyle


def given(input: object) -> dict[str, Any]:
    """What the client gave: null and nothing both mean the default."""
    return {name: value for name, value in vars(input).items() if value is not None}


@strawberry.input(description="A page of text before the video.")
class TitlePageInput:
    title: str = strawberry.field(description="The large text.")
    subtitle: str | None = strawberry.field(default=None, description="The smaller text below.")
    duration_ms: int | None = strawberry.field(
        default=None, description="How long it stands, fades included; 3000 ms."
    )
    background: str | None = strawberry.field(default=None, description="Its colour, as #rrggbb; dark.")
    background_upload_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="An IMAGE upload to lie behind the text, or a VIDEO one whose poster does; none.",
    )
    logo_upload_id: strawberry.ID | None = strawberry.field(
        default=None, description="An IMAGE upload to stand above the text; none."
    )
    fade_in_ms: int | None = strawberry.field(default=None, description="From black; 500 ms.")
    fade_out_ms: int | None = strawberry.field(default=None, description="To black; 500 ms.")


@strawberry.input(description="A text laid over the picture for a while.")
class LowerThirdInput:
    text: str = strawberry.field(description="The large text, such as a name.")
    subtext: str | None = strawberry.field(default=None, description="The smaller text, such as a role.")
    start_ms: int = strawberry.field(description="When it appears, in milliseconds of the source.")
    end_ms: int = strawberry.field(description="When it is gone, in milliseconds of the source.")
    position: LowerThirdPosition | None = strawberry.field(
        default=None, description="Where in the picture; BOTTOM_LEFT."
    )
    style: LowerThirdStyle | None = strawberry.field(default=None, description="How it looks; PANEL.")
    accent: str | None = strawberry.field(
        default=None, description="The colour of its accent, as #rrggbb; blue."
    )
    fade_in_ms: int | None = strawberry.field(default=None, description="How long it appears; 400 ms.")
    fade_out_ms: int | None = strawberry.field(default=None, description="How long it vanishes; 400 ms.")


@strawberry.input(description="Music under the whole programme, repeated or cut to its length.")
class MusicInput:
    upload_id: strawberry.ID = strawberry.field(description="An AUDIO upload, or a VIDEO one with sound.")
    gain_db: float | None = strawberry.field(
        default=None, description="How much louder than its file, in dB; -12."
    )
    fade_in_ms: int | None = strawberry.field(default=None, description="How long it begins; 1000 ms.")
    fade_out_ms: int | None = strawberry.field(default=None, description="How long it ends; 2000 ms.")
    ducking_db: float | None = strawberry.field(
        default=None, description="How far it sinks while somebody speaks, in dB; 12, and 0 for not at all."
    )


@strawberry.input(description="What becomes of the sound.")
class AudioInput:
    mode: AudioMode | None = strawberry.field(default=None, description="Keep, normalise or mute.")
    target_lkfs: float | None = strawberry.field(
        default=None, description="The loudness to reach with NORMALIZE; -16."
    )
    gain_db: float | None = strawberry.field(
        default=None, description="How much louder the upload's own sound is made, in dB; 0."
    )
    music: MusicInput | None = strawberry.field(default=None, description="Music under it; none.")


@strawberry.input(description="A part of the source to keep.")
class KeptRangeInput:
    start_ms: int | None = strawberry.field(
        default=None, description="Where it begins, in milliseconds of the source; 0."
    )
    end_ms: int | None = strawberry.field(
        default=None, description="Where it ends, in milliseconds of the source; its end."
    )


@strawberry.input(description="The parts of the source to keep.")
class TrimInput:
    keep: list[KeptRangeInput] = strawberry.field(description="What is kept, in the order to be shown.")


@strawberry.input(description="A caption track; its times are the source's.")
class CaptionInput:
    upload_id: strawberry.ID = strawberry.field(description="A CAPTIONS upload: WebVTT or SubRip.")
    language: str | None = strawberry.field(default=None, description="Its language, a BCP 47 tag; en.")
    label: str | None = strawberry.field(
        default=None, description="What players call it; the language's name."
    )
    mode: CaptionMode | None = strawberry.field(
        default=None, description="A track to choose, or drawn into the picture; SIDECAR."
    )
    is_default: bool | None = strawberry.field(
        default=None, description="Whether players show it unasked; false."
    )


@strawberry.input(description="Which files to make.")
class OutputsInput:
    max_height: int | None = strawberry.field(
        default=None, description="The largest rung's shorter edge in pixels; the source's."
    )
    mp4: bool | None = strawberry.field(default=None, description="Make an MP4 download too; false.")
    audio: bool | None = strawberry.field(
        default=None, description="Make a download of the sound alone too; false."
    )


@strawberry.input(description="What to make of the upload; every part has a default, so {} is whole.")
class ProductionConfigInput:
    title_page: TitlePageInput | None = strawberry.field(
        default=None, description="A page before the video; none."
    )
    lower_thirds: list[LowerThirdInput] | None = strawberry.field(
        default=None, description="Texts over the picture; none."
    )
    audio: AudioInput | None = strawberry.field(default=None, description="The sound.")
    trim: TrimInput | None = strawberry.field(default=None, description="The parts to keep; all of it.")
    captions: list[CaptionInput] | None = strawberry.field(default=None, description="Captions; none.")
    poster_at_ms: int | None = strawberry.field(
        default=None, description="The moment of the finished programme that the poster shows."
    )
    outputs: OutputsInput | None = strawberry.field(default=None, description="The files.")

    def to_config(self) -> services.ProductionConfig:
        """Raises BadInput for an id of another type."""
        return services.ProductionConfig(
            title_page=_title_page(self.title_page) if self.title_page else None,
            lower_thirds=tuple(services.LowerThird(**given(third)) for third in self.lower_thirds or ()),
            audio=_audio(self.audio) if self.audio else services.AudioConfig(),
            trim=_trim(self.trim) if self.trim else None,
            captions=tuple(_caption(caption) for caption in self.captions or ()),
            poster_at_ms=self.poster_at_ms,
            outputs=services.OutputsConfig(**given(self.outputs) if self.outputs else {}),
        )


def _title_page(page: TitlePageInput) -> services.TitlePage:
    values = given(page)
    for name in ("background_upload_id", "logo_upload_id"):
        if name in values:
            values[name] = _row_id(values[name])
    return services.TitlePage(**values)


def _audio(audio: AudioInput) -> services.AudioConfig:
    values = given(audio)
    if audio.music:
        music = given(audio.music) | {"upload_id": _row_id(audio.music.upload_id)}
        values["music"] = services.Music(**music)
    return services.AudioConfig(**values)


def _trim(trim: TrimInput) -> services.Trim:
    return services.Trim(tuple(services.KeptRange(**given(kept)) for kept in trim.keep))


def _caption(caption: CaptionInput) -> services.Caption:
    return services.Caption(**given(caption) | {"upload_id": _row_id(caption.upload_id)})


def _row_id(value: strawberry.ID) -> UUID:
    return row_id_of(value, "Upload")
