"""The config as it is shown, with every default filled in; `production_config_input` is how it is given."""

from uuid import UUID

import strawberry

from schema.node import global_id
from services import production_config as services
from services.production_config import AudioMode, CaptionMode, LowerThirdPosition, LowerThirdStyle


@strawberry.type(description="A page of text before the video.")
class TitlePage:
    title: str = strawberry.field(description="The large text.")
    subtitle: str | None = strawberry.field(description="The smaller text below.")
    duration_ms: int = strawberry.field(description="How long it stands, fades included, in milliseconds.")
    background: str = strawberry.field(description="Its colour, as #rrggbb.")
    background_upload_id: strawberry.ID | None = strawberry.field(
        description="The upload whose image lies behind the text, if any."
    )
    logo_upload_id: strawberry.ID | None = strawberry.field(
        description="The upload whose image is the logo, if any."
    )
    fade_in_ms: int = strawberry.field(description="How long it takes to appear, in milliseconds.")
    fade_out_ms: int = strawberry.field(description="How long it takes to vanish, in milliseconds.")


@strawberry.type(description="A text laid over the lower part of the picture for a while.")
class LowerThird:
    text: str = strawberry.field(description="The large text, such as a name.")
    subtext: str | None = strawberry.field(description="The smaller text, such as a role.")
    start_ms: int = strawberry.field(description="When it appears, in milliseconds of the source.")
    end_ms: int = strawberry.field(description="When it is gone, in milliseconds of the source.")
    position: LowerThirdPosition = strawberry.field(description="Where in the picture.")
    style: LowerThirdStyle = strawberry.field(description="How it looks.")
    accent: str = strawberry.field(description="The colour of its accent, as #rrggbb.")
    fade_in_ms: int = strawberry.field(description="How long it takes to appear, in milliseconds.")
    fade_out_ms: int = strawberry.field(description="How long it takes to vanish, in milliseconds.")


@strawberry.type(description="Music under the whole programme.")
class Music:
    upload_id: strawberry.ID = strawberry.field(description="The upload it comes from.")
    gain_db: float = strawberry.field(description="How much louder than its file, in dB; mostly negative.")
    fade_in_ms: int = strawberry.field(description="How long it takes to begin, in milliseconds.")
    fade_out_ms: int = strawberry.field(description="How long it takes to end, in milliseconds.")
    ducking_db: float = strawberry.field(description="How far it sinks while somebody speaks, in dB.")


@strawberry.type(description="What becomes of the sound.")
class AudioConfig:
    mode: AudioMode = strawberry.field(description="Keep, normalise or mute.")
    target_lkfs: float = strawberry.field(description="The loudness to reach, for NORMALIZE.")
    gain_db: float = strawberry.field(description="How much louder the upload's own sound is made, in dB.")
    music: Music | None = strawberry.field(description="The music, if any.")


@strawberry.type(description="A part of the source that is kept.")
class KeptRange:
    start_ms: int = strawberry.field(description="Where it begins, in milliseconds of the source.")
    end_ms: int | None = strawberry.field(
        description="Where it ends, in milliseconds of the source; null for its end."
    )


@strawberry.type(description="The parts of the source to keep.")
class Trim:
    keep: list[KeptRange] = strawberry.field(description="What is kept, in the order shown.")


@strawberry.type(description="A caption track.")
class Caption:
    upload_id: strawberry.ID = strawberry.field(description="The CAPTIONS upload.")
    language: str = strawberry.field(description="Its language, as a BCP 47 tag.")
    label: str | None = strawberry.field(description="What players call it; the language's name where null.")
    mode: CaptionMode = strawberry.field(description="A track to choose, or drawn into the picture.")
    is_default: bool = strawberry.field(description="Whether players show it unasked.")


@strawberry.type(description="Which files to make.")
class OutputsConfig:
    max_height: int | None = strawberry.field(
        description="The largest rung's shorter edge in pixels; the source's where null."
    )
    mp4: bool = strawberry.field(description="Whether to make an MP4 download too.")
    audio: bool = strawberry.field(description="Whether to make a download of the sound alone too.")


@strawberry.type(description="What a render is asked to make of the upload.")
class ProductionConfig:
    title_page: TitlePage | None = strawberry.field(description="The page before the video, if any.")
    lower_thirds: list[LowerThird] = strawberry.field(description="The texts over the picture.")
    audio: AudioConfig = strawberry.field(description="The sound.")
    trim: Trim | None = strawberry.field(description="The parts kept; all of it where null.")
    captions: list[Caption] = strawberry.field(description="The caption tracks.")
    poster_at_ms: int | None = strawberry.field(
        description="Which moment of the finished programme the poster shows; a sensible one where null."
    )
    outputs: OutputsConfig = strawberry.field(description="The files.")

    @classmethod
    def from_config(cls, config: services.ProductionConfig) -> "ProductionConfig":
        return cls(
            title_page=_title_page(config.title_page) if config.title_page else None,
            lower_thirds=[LowerThird(**vars(third)) for third in config.lower_thirds],
            audio=AudioConfig(**vars(config.audio) | {"music": _music(config.audio.music)}),
            trim=Trim(keep=[KeptRange(**vars(kept)) for kept in config.trim.keep]) if config.trim else None,
            captions=[
                Caption(**vars(caption) | {"upload_id": _upload_id(caption.upload_id)})
                for caption in config.captions
            ],
            poster_at_ms=config.poster_at_ms,
            outputs=OutputsConfig(**vars(config.outputs)),
        )


def _title_page(page: services.TitlePage) -> TitlePage:
    background, logo = page.background_upload_id, page.logo_upload_id
    ids = {
        "background_upload_id": _upload_id(background) if background else None,
        "logo_upload_id": _upload_id(logo) if logo else None,
    }
    return TitlePage(**vars(page) | ids)


def _music(music: services.Music | None) -> Music | None:
    return Music(**vars(music) | {"upload_id": _upload_id(music.upload_id)}) if music else None


def _upload_id(row_id: UUID) -> strawberry.ID:
    return global_id("Upload", row_id)
