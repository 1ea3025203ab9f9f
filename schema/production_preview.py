from base64 import b64encode

import strawberry

from schema.enums import describe_enum
from schema.production_config_input import ProductionConfigInput
from schema.production_mutations import CreateProductionUserError
from schema.render_estimate import RenderEstimate
from services.preview_warnings import PreviewWarning as Warning_
from services.preview_warnings import PreviewWarningCode
from services.production_preview import ProductionPreview as Preview
from services.production_preview import ShownOverlay

describe_enum(
    PreviewWarningCode,
    "What an editor may want to know of a config that can be rendered.",
    {
        "CHARACTER_NOT_DRAWN": "No font has a character; a placeholder is drawn.",
        "TEXT_SHRUNK": "A long text is drawn with much smaller letters.",
        "TEXT_SMALL": "Letters are too small to read well in the largest rendition.",
        "TEXT_TOO_BRIEF": "A text is gone before it can be read.",
        "IMAGE_ENLARGED": "An image has much fewer pixels than the video.",
        "NO_SOUND": "The upload has no sound, so a setting changes nothing.",
        "SOURCE_SMALLER": "The source is smaller than the largest rendition asked for.",
        "HDR_CONVERTED": "The source is HDR and is rendered in SDR.",
        "FRAME_RATE_CHANGED": "The render has another frame rate than the source.",
        "FADES_SHORTENED": "A fade is longer than half of the time its text is shown, and is cut to that.",
        "NO_PROGRESS": "The render will tell no progress before it completes.",
        "NOTHING_TO_NORMALIZE": "The programme has no sound to normalise.",
        "MAY_DISTORT": "Sound made louder may distort.",
        "CAPTIONS_OVER_TEXT": "Captions are drawn over lower thirds at the bottom.",
    },
)


@strawberry.input(description="What to preview: the input of createProduction.")
class ProductionPreviewInput:
    upload_id: strawberry.ID = strawberry.field(description="A READY upload of the viewer's.")
    config: ProductionConfigInput | None = strawberry.field(
        default=None, description="What to make of it; the defaults."
    )


@strawberry.type(description="A time that a text is shown.")
class OverlayShowing:
    start_ms: int = strawberry.field(description="When it appears on the finished programme.")
    end_ms: int = strawberry.field(description="When it is gone again.")


@strawberry.type(description="A text as it will be rendered, to the pixel.")
class OverlayPreview:
    image: str = strawberry.field(description="PNG, as a data: URL.")
    x: int = strawberry.field(description="How far right its left edge is in the source's upright frame.")
    y: int = strawberry.field(description="How far down its top edge is in the source's upright frame.")
    width: int = strawberry.field(description="Pixels across, in that frame.")
    height: int = strawberry.field(description="Pixels down, in that frame.")
    start_ms: int = strawberry.field(description="When it first appears on the finished programme.")
    end_ms: int = strawberry.field(description="When it is first gone again, fades included.")
    showings: list[OverlayShowing] = strawberry.field(
        description="Each time it is shown: more than once where kept parts of the source repeat."
    )

    @classmethod
    def from_overlay(cls, overlay: ShownOverlay) -> "OverlayPreview":
        image = overlay.image
        return cls(
            image=f"data:image/png;base64,{b64encode(image.png).decode()}",
            x=image.x,
            y=image.y,
            width=image.width,
            height=image.height,
            start_ms=overlay.showings[0][0],
            end_ms=overlay.showings[0][1],
            showings=[OverlayShowing(start_ms=start, end_ms=end) for start, end in overlay.showings],
        )


@strawberry.type(description="One rendition that would be made.")
class RungPreview:
    name: str = strawberry.field(description="What players call it, such as 720p.")
    width: int = strawberry.field(description="Pixels across.")
    height: int = strawberry.field(description="Pixels down.")
    max_bitrate: int = strawberry.field(description="Bits of video a second at most.")
    frame_rate: float = strawberry.field(description="Frames a second.")


@strawberry.type(description="Something noteworthy of a config that can be rendered all the same.")
class ProductionPreviewWarning:
    code: PreviewWarningCode = strawberry.field(description="What it is about, for programs.")
    message: str = strawberry.field(description="What it is about, for people.")
    path: list[str] = strawberry.field(description="The way to the input field, in this schema's names.")

    @classmethod
    def from_warning(cls, warning: Warning_) -> "ProductionPreviewWarning":
        return cls(code=warning.code, message=warning.message, path=list(warning.path))


@strawberry.type(description="What a config would render; empty but for `userErrors` when it cannot be.")
class ProductionPreview:
    title_page: OverlayPreview | None = strawberry.field(
        default=None, description="The title page, if there is one."
    )
    lower_thirds: list[OverlayPreview] = strawberry.field(
        default_factory=list, description="Each lower third, in the config's order."
    )
    duration_ms: int | None = strawberry.field(
        default=None, description="How long the finished programme lasts."
    )
    rungs: list[RungPreview] = strawberry.field(
        default_factory=list, description="The renditions, from large to small."
    )
    warnings: list[ProductionPreviewWarning] = strawberry.field(
        default_factory=list, description="What is noteworthy."
    )
    estimate: RenderEstimate | None = strawberry.field(
        default=None, description="What rendering would cost and take."
    )
    user_errors: list[CreateProductionUserError] = strawberry.field(
        default_factory=list, description="What createProduction would refuse; empty when it would not."
    )

    @classmethod
    def from_preview(cls, preview: Preview) -> "ProductionPreview":
        return cls(
            title_page=OverlayPreview.from_overlay(preview.title_page) if preview.title_page else None,
            lower_thirds=[OverlayPreview.from_overlay(overlay) for overlay in preview.lower_thirds],
            duration_ms=preview.duration_ms,
            rungs=[
                RungPreview(
                    name=f"{rung.name}p",
                    width=rung.width,
                    height=rung.height,
                    max_bitrate=rung.max_bitrate,
                    frame_rate=preview.frame_rate,
                )
                for rung in preview.ladder
            ],
            warnings=[ProductionPreviewWarning.from_warning(warning) for warning in preview.warnings],
            estimate=RenderEstimate.from_estimate(preview.estimate),
        )
