"""Every text of a config as a picture for the probed frame: upright, square pixels, even sizes."""

import os
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from uuid import UUID

from services.job_settings.asset_names import TITLE_NAME, lower_third_name
from services.job_settings.rendition_ladder import display_size
from services.limits import MIB
from services.media.probed_media import ProbedMedia
from services.overlays.lower_third import LowerThirdDrawing, draw_lower_third
from services.overlays.overlay_image import DrawnText, OverlayImage
from services.overlays.title_page import TitleDrawing, draw_title_page
from services.production_config import LowerThird, ProductionConfig, TitlePage
from services.recently_used import RecentlyUsed

Size = tuple[int, int]
Drawing = tuple[Hashable, Callable[[], DrawnText]]

# Typst and the encoder let go of the interpreter, so that one drawing a core is drawn at a time.
_pool = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="overlays")
# An editor who types changes one text; the others are here. A render finds what its preview drew.
_drawn: RecentlyUsed[DrawnText] = RecentlyUsed(64 * MIB, lambda drawn: len(drawn.png))


def draw_overlays(
    config: ProductionConfig, media: ProbedMedia, images: Mapping[UUID, bytes]
) -> list[OverlayImage]:
    """That of the package."""
    frame = display_size(media)
    drawings: dict[str, Drawing] = {}
    if config.title_page:
        drawings[TITLE_NAME] = _title_drawing(config.title_page, frame, images)
    for index, lower_third in enumerate(config.lower_thirds):
        shared = _shares_its_row(lower_third, config.lower_thirds)
        drawings[lower_third_name(index)] = _lower_third_drawing(lower_third, frame, shared)
    drawn = _pool.map(_drawn_once, drawings.values())
    return [OverlayImage(**vars(picture), name=name) for name, picture in zip(drawings, drawn, strict=True)]


def _drawn_once(drawing: Drawing) -> DrawnText:
    key, draw = drawing
    known = _drawn.get(key)
    if known is None:
        known = draw()
        _drawn.put(key, known)
    return known


def _title_drawing(page: TitlePage, frame: Size, images: Mapping[UUID, bytes]) -> Drawing:
    background_image = images[page.background_upload_id] if page.background_upload_id else None
    logo = images[page.logo_upload_id] if page.logo_upload_id else None
    drawing = TitleDrawing(
        page.title, page.subtitle, page.background, frame, _digest(background_image), _digest(logo)
    )
    return drawing, partial(draw_title_page, drawing, background_image, logo)


def _lower_third_drawing(lower_third: LowerThird, frame: Size, shared: bool) -> Drawing:
    drawing = LowerThirdDrawing(
        lower_third.text,
        lower_third.subtext,
        lower_third.position,
        lower_third.style,
        lower_third.accent,
        frame,
        shared,
    )
    return drawing, partial(draw_lower_third, drawing)


def _digest(image: bytes | None) -> str | None:
    return sha256(image).hexdigest() if image is not None else None


def _shares_its_row(lower_third: LowerThird, others: tuple[LowerThird, ...]) -> bool:
    """Whether another text is on screen beside this one: each then gets a third of the width."""
    row = lower_third.position.split("_")[0]
    return any(
        other is not lower_third
        and other.position.split("_")[0] == row
        and other.start_ms < lower_third.end_ms
        and lower_third.start_ms < other.end_ms
        for other in others
    )
