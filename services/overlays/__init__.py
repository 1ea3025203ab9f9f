"""Texts drawn over a video.

What draws is imported when something is first drawn, and the fonts are read then: that takes a third of a
second, once, and 40 MiB, which a process that answers queries never needs.
"""

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from services.media.probed_media import ProbedMedia
from services.overlays.overlay_image import OverlayImage
from services.production_config import ProductionConfig

__all__ = ["OverlayImage", "draw_overlays", "image_size"]

NO_IMAGES: Mapping[UUID, bytes] = MappingProxyType({})


def draw_overlays(
    config: ProductionConfig, media: ProbedMedia, images: Mapping[UUID, bytes] = NO_IMAGES
) -> list[OverlayImage]:
    """The title page, then the lower thirds in their order; blocking, so call it in a thread.

    The same arguments give the same bytes, whether they were drawn before or not. `images` are the files of
    the uploads that the title page shows: KeyError when one is missing, OSError when one cannot be read.
    """
    from services.overlays.drawing import draw_overlays as draw

    return draw(config, media, images)


def image_size(data: bytes) -> tuple[int, int]:
    """Width and height as seen, in pixels. OSError if unreadable."""
    from services.overlays.source_image import image_size as size

    return size(data)
