from dataclasses import asdict
from typing import Any

import strawberry

from services import production_config as services
from services.production_config import AudioMode, LowerThirdPosition


def given(**values: Any) -> dict[str, Any]:
    """What the client gave: null and nothing both mean the default."""
    return {name: value for name, value in values.items() if value is not None}


@strawberry.input(description="A page of text before the video.")
class TitlePageInput:
    title: str = strawberry.field(description="The large text.")
    subtitle: str | None = strawberry.field(default=None, description="The smaller text below.")
    duration_ms: int | None = strawberry.field(default=None, description="How long it stands; 3000 ms.")
    background: str | None = strawberry.field(default=None, description="Its colour, as #rrggbb; dark.")


@strawberry.input(description="A text laid over the picture for a while.")
class LowerThirdInput:
    text: str = strawberry.field(description="The large text, such as a name.")
    subtext: str | None = strawberry.field(default=None, description="The smaller text, such as a role.")
    start_ms: int = strawberry.field(description="When it appears, in milliseconds of the source.")
    end_ms: int = strawberry.field(description="When it is gone, in milliseconds of the source.")
    position: LowerThirdPosition | None = strawberry.field(
        default=None, description="Where in the picture; BOTTOM_LEFT."
    )


@strawberry.input(description="What becomes of the sound.")
class AudioInput:
    mode: AudioMode | None = strawberry.field(default=None, description="Keep, normalise or mute.")
    target_lkfs: float | None = strawberry.field(
        default=None, description="The loudness to reach with NORMALIZE; -16."
    )


@strawberry.input(description="The part of the source to keep.")
class TrimInput:
    start_ms: int | None = strawberry.field(
        default=None, description="Where it begins, in milliseconds of the source; 0."
    )
    end_ms: int | None = strawberry.field(
        default=None, description="Where it ends, in milliseconds of the source; its end."
    )


@strawberry.input(description="Which files to make.")
class OutputsInput:
    max_height: int | None = strawberry.field(
        default=None, description="The largest rung's shorter edge in pixels; the source's."
    )
    mp4: bool | None = strawberry.field(default=None, description="Make an MP4 download too; false.")


@strawberry.input(description="What to make of the upload; every part has a default, so {} is whole.")
class ProductionConfigInput:
    title_page: TitlePageInput | None = strawberry.field(
        default=None, description="A page before the video; none."
    )
    lower_thirds: list[LowerThirdInput] | None = strawberry.field(
        default=None, description="Texts over the picture; none."
    )
    audio: AudioInput | None = strawberry.field(default=None, description="The sound.")
    trim: TrimInput | None = strawberry.field(default=None, description="The part to keep; all of it.")
    poster_at_ms: int | None = strawberry.field(
        default=None, description="The moment of the finished programme that the poster shows."
    )
    outputs: OutputsInput | None = strawberry.field(default=None, description="The files.")

    def to_config(self) -> services.ProductionConfig:
        page, trim = self.title_page, self.trim
        return services.ProductionConfig(
            title_page=services.TitlePage(**given(**asdict(page))) if page else None,
            lower_thirds=tuple(services.LowerThird(**given(**asdict(t))) for t in self.lower_thirds or []),
            audio=services.AudioConfig(**given(**asdict(self.audio)) if self.audio else {}),
            trim=services.Trim(**given(**asdict(trim))) if trim else None,
            poster_at_ms=self.poster_at_ms,
            outputs=services.OutputsConfig(**given(**asdict(self.outputs)) if self.outputs else {}),
        )
