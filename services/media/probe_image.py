"""What an image file really is, whatever its name says (Pillow), and its poster: itself, smaller."""

import struct
import warnings
import zlib
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from models.statuses import UploadRejectionCode
from services.media.media_rejected import MediaRejected
from services.media.open_media import open_file
from services.media.probed_media import ProbedImage

# MPO is JPEG with further pictures behind the first, as phones and cameras write it.
FORMATS = {"PNG": "PNG", "JPEG": "JPEG", "MPO": "JPEG"}
DECLARED = {"image/png": "PNG", "image/jpeg": "JPEG"}
# What Pillow raises for the various ways in which a file can be broken.
BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error)
POSTER_EDGE = 1280
JPEG_QUALITY = 85


def probe_image(source: str, *, content_type: str, max_pixels: int) -> tuple[ProbedImage, bytes]:
    """Read and decode a path or http(s) URL; blocking. Of an animated image the first picture counts.

    Gives what it is, and a poster in the same format: upright, with edges of at most 1280 pixels.
    Raises MediaRejected with a message for people, or OSError when the storage cannot be read.
    """
    with open_file(source) as file:
        body = file.read()
    with _opened(body) as image:
        format = FORMATS[str(image.format)]
        if format != DECLARED[content_type]:
            message = f"The file was declared as {content_type}, but it is {format}."
            raise MediaRejected(UploadRejectionCode.TYPE_MISMATCH, message)
        if image.width * image.height > max_pixels:
            message = f"The image is {image.width}×{image.height} pixels; at most {max_pixels:,} are allowed."
            raise MediaRejected(UploadRejectionCode.TOO_LARGE, message)
        try:
            image.load()
            ImageOps.exif_transpose(image, in_place=True)
        except BROKEN as error:
            raise _broken(error) from error
        return ProbedImage(image.width, image.height, format), _poster(image, format)


def _opened(body: bytes) -> Image.Image:
    """Only the header is read yet, so that the number of pixels is known before they are unpacked."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(BytesIO(body), formats=["PNG", "JPEG"])
    except Image.DecompressionBombError as error:
        raise MediaRejected(UploadRejectionCode.TOO_LARGE, "The image has too many pixels.") from error
    except UnidentifiedImageError as error:
        message = "The file is neither a PNG nor a JPEG image."
        raise MediaRejected(UploadRejectionCode.NOT_AN_IMAGE, message) from error
    except BROKEN as error:
        raise _broken(error) from error


def _broken(error: Exception) -> MediaRejected:
    if "truncated" in str(error).lower():
        return MediaRejected(UploadRejectionCode.TRUNCATED, "The image is incomplete: its end is missing.")
    return MediaRejected(UploadRejectionCode.NOT_AN_IMAGE, "The image is damaged and cannot be shown.")


def _poster(upright: Image.Image, format: str) -> bytes:
    image = plain_mode(upright)
    image.thumbnail((POSTER_EDGE, POSTER_EDGE))
    encoded = BytesIO()
    image.save(encoded, format, quality=JPEG_QUALITY, optimize=True)
    return encoded.getvalue()


def plain_mode(image: Image.Image) -> Image.Image:
    """The image in one of the modes RGB, RGBA, L or LA: no palette, no CMYK, 8 bits."""
    if image.mode.startswith("I;16"):
        return image.point(lambda value: value / 256).convert("L")
    if image.mode in {"RGB", "RGBA", "L", "LA"} and "transparency" not in image.info:
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")
