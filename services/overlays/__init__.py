from services.overlays.draw_overlays import draw_overlays, load_fonts
from services.overlays.overlay_image import OverlayImage
from services.overlays.source_image import image_size

__all__ = ["OverlayImage", "draw_overlays", "image_size", "load_fonts"]
