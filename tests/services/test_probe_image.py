import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from models.statuses import UploadRejectionCode
from services.media.media_rejected import MediaRejected
from services.media.probe_image import probe_image
from services.media.probed_media import ProbedImage
from tests.asset_files import encoded, image_file

MOST = 100_000_000
TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "MPO": "image/jpeg"}


def probed(tmp_path: Path, body: bytes, content_type: str) -> tuple[ProbedImage, Image.Image]:
    path = tmp_path / "image"
    path.write_bytes(body)
    image, poster = probe_image(str(path), content_type=content_type, max_pixels=MOST)
    return image, Image.open(BytesIO(poster))


def rejection(
    tmp_path: Path, body: bytes, content_type: str = "image/png"
) -> tuple[UploadRejectionCode, str]:
    with pytest.raises(MediaRejected) as caught:
        probed(tmp_path, body, content_type)
    return caught.value.code, caught.value.message


@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_an_image_and_its_poster(tmp_path: Path, format: str) -> None:
    image, poster = probed(tmp_path, image_file(format, (2560, 1440)), TYPES[format])
    assert image == ProbedImage(2560, 1440, format)
    assert ProbedImage.from_json(image.to_json()) == image
    assert (poster.format, poster.size, poster.mode) == (format, (1280, 720), "RGB")
    assert _near(poster.getpixel((0, 0)), (255, 0, 0))


def test_a_small_image_is_not_made_larger(tmp_path: Path) -> None:
    assert probed(tmp_path, image_file("PNG", (1, 3)), "image/png")[1].size == (1, 3)


@pytest.mark.parametrize(
    ("mode", "color", "shown"),
    [
        ("L", 100, 100),
        ("LA", (100, 50), (100, 50)),
        ("1", 1, (255, 255, 255)),
        ("RGBA", (1, 2, 3, 4), (1, 2, 3, 4)),
        ("I;16", 40_000, 156),
    ],
)
def test_every_kind_of_png_is_shown_as_it_is(tmp_path: Path, mode: str, color: object, shown: object) -> None:
    body = encoded(Image.new(mode, (8, 8), color), "PNG")  # type: ignore[arg-type]
    assert probed(tmp_path, body, "image/png")[1].getpixel((0, 0)) == shown


def test_a_palette_with_a_transparent_colour(tmp_path: Path) -> None:
    image = Image.new("P", (8, 8), 1)
    image.putpalette([0, 0, 0, 10, 200, 30])
    body = encoded(image, "PNG", transparency=1)
    assert probed(tmp_path, body, "image/png")[1].getpixel((0, 0)) == (10, 200, 30, 0)


def test_printers_colours_become_light(tmp_path: Path) -> None:
    body = encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG")
    assert _near(probed(tmp_path, body, "image/jpeg")[1].getpixel((0, 0)), (255, 0, 0))


def test_a_phones_picture_stands_upright(tmp_path: Path) -> None:
    stored = Image.new("RGB", (80, 40), "blue")
    stored.paste("red", (0, 0, 40, 40))
    turned = Image.Exif()
    turned[0x112] = 6  # to be turned clockwise by 90 degrees: the left is above
    image, poster = probed(tmp_path, encoded(stored, "JPEG", exif=turned, quality=95), "image/jpeg")
    assert (image.width, image.height, poster.size) == (40, 80, (40, 80))
    assert _near(poster.getpixel((20, 10)), (255, 0, 0))
    assert _near(poster.getpixel((20, 70)), (0, 0, 255))


@pytest.mark.parametrize("format", ["PNG", "MPO"])
def test_of_several_pictures_the_first_counts(tmp_path: Path, format: str) -> None:
    """Animated PNG, and the JPEG of phones that has a second picture behind the first."""
    first, second = Image.new("RGB", (8, 8), "red"), Image.new("RGB", (8, 8), "blue")
    body = encoded(first, format, save_all=True, append_images=[second])
    image, poster = probed(tmp_path, body, TYPES[format])
    assert image == ProbedImage(8, 8, "PNG" if format == "PNG" else "JPEG")
    assert _near(poster.getpixel((0, 0)), (255, 0, 0))


@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_a_file_cut_short(tmp_path: Path, format: str) -> None:
    body = encoded(Image.effect_noise((300, 200), 50), format)
    told = (UploadRejectionCode.TRUNCATED, "The image is incomplete: its end is missing.")
    assert rejection(tmp_path, body[: len(body) // 2], TYPES[format]) == told
    assert rejection(tmp_path, body[: len(body) - 100], TYPES[format]) == told


def test_a_damaged_file(tmp_path: Path) -> None:
    body = bytearray(encoded(Image.effect_noise((300, 200), 50), "PNG"))
    body[len(body) // 2] ^= 255
    assert rejection(tmp_path, bytes(body)) == (
        UploadRejectionCode.NOT_AN_IMAGE,
        "The image is damaged and cannot be shown.",
    )


@pytest.mark.parametrize("format", ["GIF", "WEBP", "TIFF", "BMP"])
def test_other_formats(tmp_path: Path, format: str) -> None:
    neither = (UploadRejectionCode.NOT_AN_IMAGE, "The file is neither a PNG nor a JPEG image.")
    assert rejection(tmp_path, image_file(format)) == neither
    assert rejection(tmp_path, b"<svg xmlns='http://www.w3.org/2000/svg'/>") == neither


def test_another_type_than_declared(tmp_path: Path) -> None:
    assert rejection(tmp_path, image_file("JPEG")) == (
        UploadRejectionCode.TYPE_MISMATCH,
        "The file was declared as image/png, but it is JPEG.",
    )
    assert rejection(tmp_path, b"") == (UploadRejectionCode.EMPTY, "The file is empty.")


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    assert rejection(tmp_path, _png(10_001, 10_000)) == (
        UploadRejectionCode.TOO_LARGE,
        "The image is 10001×10000 pixels; at most 100,000,000 are allowed.",
    )
    assert rejection(tmp_path, _png(60_000, 60_000)) == (
        UploadRejectionCode.TOO_LARGE,
        "The image has too many pixels.",
    )
    text = b"zTXt", b"Comment\0\0" + zlib.compress(bytes(50_000_000))
    assert rejection(tmp_path, _png(8, 8, text))[0] is UploadRejectionCode.NOT_AN_IMAGE


def _png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG whose header promises so many pixels."""
    header = b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = b"IDAT", zlib.compress(bytes(1000))
    body = b"\x89PNG\r\n\x1a\n"
    for name, data in (header, *chunks, pixels, (b"IEND", b"")):
        body += struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return body


def _near(pixel: object, color: tuple[int, int, int]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(a - b) <= 12 for a, b in zip(pixel, color, strict=True))
