"""An image file as people see it: upright, 8 bits, in sRGB, with its transparency."""

from io import BytesIO

import numpy as np
from PIL import ExifTags, Image, ImageCms, ImageOps

SIXTEEN_BITS = {"I", "I;16", "I;16B", "I;16L"}
COLORS = {"1": "L", "P": "RGBA", "PA": "RGBA", "La": "LA", "RGBa": "RGBA", "YCbCr": "RGB", "RGBX": "RGB"}
# Until a picture is at most this much too large it is shrunk by whole steps, which is quick and as good.
REDUCING_GAP = 3.0
# EXIF orientations 5 to 8 turn a picture by 90 degrees.
FIRST_SIDEWAYS = 5


def cover(data: bytes, frame: tuple[int, int]) -> Image.Image:
    """Of exactly that size: the middle of the image, as much as fills it; OSError if unreadable."""
    image = _opened(data, max(frame))
    scale = max(frame[0] / image.width, frame[1] / image.height)
    width, height = frame[0] / scale, frame[1] / scale
    left, top = (image.width - width) / 2, (image.height - height) / 2
    box = (max(0.0, left), max(0.0, top), min(image.width, left + width), min(image.height, top + height))
    # Shrunk, it is as good as bicubic in half the time; enlarged, it shows steps.
    filter = Image.Resampling.HAMMING if scale <= 1 else Image.Resampling.BICUBIC
    return _in_srgb(image.resize(frame, filter, box=box, reducing_gap=REDUCING_GAP))


def contain(data: bytes, box: tuple[float, float], enlarged_at_most: float) -> Image.Image:
    """RGB or RGBA of the whole image, as large as the box and its own pixels allow. OSError if unreadable."""
    image = _opened(data, round(max(box)))
    scale = min(box[0] / image.width, box[1] / image.height, enlarged_at_most)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return _in_srgb(image.resize(size, Image.Resampling.BICUBIC, reducing_gap=REDUCING_GAP))


def _opened(data: bytes, edge: int) -> Image.Image:
    """Upright, in a mode that can be resized. A JPEG is decoded no larger than `edge` needs."""
    image: Image.Image = Image.open(BytesIO(data))
    image.draft(None, (edge, edge))
    ImageOps.exif_transpose(image, in_place=True)
    if image.mode in SIXTEEN_BITS:
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert(COLORS[image.mode]) if image.mode in COLORS else image


def _in_srgb(image: Image.Image) -> Image.Image:
    if image.mode not in {"LA", "RGBA"}:
        return _by_profile(image).convert("RGB")
    picture = _by_profile(image.convert(image.mode.removesuffix("A"))).convert("RGB")
    picture.putalpha(image.getchannel("A"))
    return picture


def _by_profile(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if not profile:
        return image
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (OSError, ImageCms.PyCMSError):
        # Broken, or of another kind of picture: browsers too take the numbers for sRGB then.
        return image
    return converted or image


def image_size(data: bytes) -> tuple[int, int]:
    """Width and height as seen, in pixels. OSError if unreadable."""
    with Image.open(BytesIO(data)) as image:
        sideways = image.getexif().get(ExifTags.Base.Orientation, 1) >= FIRST_SIDEWAYS
        return (image.height, image.width) if sideways else (image.width, image.height)
