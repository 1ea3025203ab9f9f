"""An image file as people see it: upright, 8 bits, in sRGB, with its transparency."""

from io import BytesIO

import numpy as np
from PIL import Image, ImageCms, ImageOps

SIXTEEN_BITS = {"I", "I;16", "I;16B", "I;16L"}
COLORS = {"1": "L", "P": "RGBA", "PA": "RGBA", "La": "LA", "RGBa": "RGBA", "YCbCr": "RGB", "RGBX": "RGB"}
# Until a picture is at most this much too large it is shrunk by whole steps, which is quick and as good.
REDUCING_GAP = 3.0


def cover(data: bytes, frame: tuple[int, int]) -> Image.Image:
    """RGBA of exactly that size: the middle of the image, as much as fills the frame. OSError if unreadable."""
    image = _opened(data, max(frame))
    scale = max(frame[0] / image.width, frame[1] / image.height)
    width, height = frame[0] / scale, frame[1] / scale
    left, top = (image.width - width) / 2, (image.height - height) / 2
    box = (max(0.0, left), max(0.0, top), min(image.width, left + width), min(image.height, top + height))
    return _in_srgb(image.resize(frame, Image.Resampling.LANCZOS, box=box, reducing_gap=REDUCING_GAP))


def contain(data: bytes, box: tuple[float, float], enlarged_at_most: float) -> Image.Image:
    """RGBA of the whole image, as large as the box and its own pixels allow. OSError if unreadable."""
    image = _opened(data, round(max(box)))
    own = Image.open(BytesIO(data)).size
    most = enlarged_at_most * max(own) / max(image.size)
    scale = min(box[0] / image.width, box[1] / image.height, most)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return _in_srgb(image.resize(size, Image.Resampling.LANCZOS, reducing_gap=REDUCING_GAP))


def _opened(data: bytes, edge: int) -> Image.Image:
    """Upright, in a mode that can be resized. A JPEG is decoded no larger than `edge` needs."""
    image: Image.Image = Image.open(BytesIO(data))
    image.draft(None, (edge, edge))
    image = ImageOps.exif_transpose(image)
    if image.mode in SIXTEEN_BITS:
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert(COLORS[image.mode]) if image.mode in COLORS else image


def _in_srgb(image: Image.Image) -> Image.Image:
    alpha = image.getchannel("A") if image.mode in {"LA", "RGBA"} else None
    plain = image.convert(image.mode.removesuffix("A")) if alpha else image
    picture = _by_profile(plain).convert("RGB")
    picture.putalpha(alpha or Image.new("L", picture.size, 255))
    return picture


def _by_profile(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if not profile:
        return image
    try:
        converted = ImageCms.profileToProfile(
            image,
            ImageCms.ImageCmsProfile(BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
        )
    except ImageCms.PyCMSError:
        # Broken, or of another kind of picture: browsers too take the numbers for sRGB then.
        return image
    return converted or image
