"""The same config twice: as it is given, and as it is shown with every default filled in."""

import strawberry

from services import production_config as services
from services.production_config import AudioMode, LowerThirdPosition


@strawberry.type(description="A page of text before the video.")
class TitlePage:
    title: str = strawberry.field(description="The large text.")
    subtitle: str | None = strawberry.field(description="The smaller text below.")
    duration_ms: int = strawberry.field(description="How long it stands, in milliseconds.")
    background: str = strawberry.field(description="Its colour, as #rrggbb.")


@strawberry.type(description="A text laid over the lower part of the picture for a while.")
class LowerThird:
    text: str = strawberry.field(description="The large text, such as a name.")
    subtext: str | None = strawberry.field(description="The smaller text, such as a role.")
    start_ms: int = strawberry.field(description="When it appears, in milliseconds of the source.")
    end_ms: int = strawberry.field(description="When it is gone, in milliseconds of the source.")
    position: LowerThirdPosition = strawberry.field(description="Where in the picture.")


@strawberry.type(description="What becomes of the sound.")
class AudioConfig:
    mode: AudioMode = strawberry.field(description="Keep, normalise or mute.")
    target_lkfs: float = strawberry.field(description="The loudness to reach, for NORMALIZE.")


@strawberry.type(description="The part of the source to keep.")
class Trim:
    start_ms: int = strawberry.field(description="Where it begins, in milliseconds of the source.")
    end_ms: int | None = strawberry.field(
        description="Where it ends, in milliseconds of the source; null for its end."
    )


@strawberry.type(description="Which files to make.")
class OutputsConfig:
    max_height: int | None = strawberry.field(
        description="The largest rung's shorter edge in pixels; the source's where null."
    )
    mp4: bool = strawberry.field(description="Whether to make an MP4 download too.")


@strawberry.type(description="What a render is asked to make of the upload.")
class ProductionConfig:
    title_page: TitlePage | None = strawberry.field(description="The page before the video, if any.")
    lower_thirds: list[LowerThird] = strawberry.field(description="The texts over the picture.")
    audio: AudioConfig = strawberry.field(description="The sound.")
    trim: Trim | None = strawberry.field(description="The part kept; all of it where null.")
    poster_at_ms: int | None = strawberry.field(
        description="Which moment of the finished programme the poster shows; a sensible one where null."
    )
    outputs: OutputsConfig = strawberry.field(description="The files.")

    @classmethod
    def from_config(cls, config: services.ProductionConfig) -> "ProductionConfig":
        page, trim = config.title_page, config.trim
        return cls(
            title_page=TitlePage(
                title=page.title,
                subtitle=page.subtitle,
                duration_ms=page.duration_ms,
                background=page.background,
            )
            if page
            else None,
            lower_thirds=[
                LowerThird(
                    text=third.text,
                    subtext=third.subtext,
                    start_ms=third.start_ms,
                    end_ms=third.end_ms,
                    position=third.position,
                )
                for third in config.lower_thirds
            ],
            audio=AudioConfig(mode=config.audio.mode, target_lkfs=config.audio.target_lkfs),
            trim=Trim(start_ms=trim.start_ms, end_ms=trim.end_ms) if trim else None,
            poster_at_ms=config.poster_at_ms,
            outputs=OutputsConfig(max_height=config.outputs.max_height, mp4=config.outputs.mp4),
        )
