from services.overlays.draw_overlays import draw_overlays
from services.overlays.overlay_image import OverlayImage

__all__ = ["OverlayImage", "draw_overlays"]
