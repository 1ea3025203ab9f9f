"""Background images and logos of title pages: every kind of file, cropped, turned, and readable on top of."""

from dataclasses import replace
from io import BytesIO
from uuid import UUID

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageDraw

from services.overlays import draw_overlays, image_size
from services.overlays.ink import READABLE, contrast, ink_on, luminance, rgb, scrim_opacity
from services.overlays.source_image import contain, cover
from services.production_config import ProductionConfig, TitlePage
from tests.services.job_settings.strategies import DEFAULT_MEDIA

BACKGROUND, LOGO = UUID(int=1), UUID(int=2)
RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
ORIENTATION = 0x0112


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def quarters(size: tuple[int, int] = (64, 32)) -> Image.Image:
    """Red above left, green above right, blue below left, white below right."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    width, height = size[0] // 2, size[1] // 2
    draw.rectangle((0, 0, width - 1, height - 1), fill=RED)
    draw.rectangle((width, 0, size[0], height - 1), fill=GREEN)
    draw.rectangle((0, height, width - 1, size[1]), fill=BLUE)
    return image


def page_of(config: ProductionConfig, images: dict[UUID, bytes], size: tuple[int, int]) -> Image.Image:
    media = replace(DEFAULT_MEDIA, width=size[0], height=size[1])
    (page,) = draw_overlays(config, media, images)
    return Image.open(BytesIO(page.png)).convert("RGB")


def near(pixel: object, expected: tuple[int, ...], tolerance: int = 12) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(one - other) <= tolerance for one, other in zip(pixel, expected, strict=False))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_is_turned_as_its_camera_was(orientation: int) -> None:
    upright = quarters()
    # What a camera stores: turned so that the tag turns it back (Exif 2.3, tag 274).
    stored = {
        1: upright,
        2: upright.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: upright.transpose(Image.Transpose.ROTATE_180),
        4: upright.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: upright.transpose(Image.Transpose.TRANSPOSE),
        6: upright.transpose(Image.Transpose.ROTATE_90),
        7: upright.transpose(Image.Transpose.TRANSVERSE),
        8: upright.transpose(Image.Transpose.ROTATE_270),
    }[orientation]
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    for file in (encoded(stored, "JPEG", exif=exif, quality=95, subsampling=0), encoded(stored, exif=exif)):
        assert image_size(file) == (64, 32)
        shown = cover(file, (64, 32))
        corners = [shown.getpixel(at) for at in ((8, 8), (56, 8), (8, 24))]
        assert [near(corner, color) for corner, color in zip(corners, (RED, GREEN, BLUE), strict=True)] == [
            True
        ] * 3


def test_an_image_fills_the_frame_from_its_middle() -> None:
    stripes = Image.new("RGB", (300, 100), "red")
    stripes.paste(Image.new("RGB", (100, 100), "blue"), (100, 0))
    assert {cover(encoded(stripes), (50, 50)).getpixel((x, 25)) for x in (1, 25, 48)} == {BLUE}
    tall = stripes.transpose(Image.Transpose.ROTATE_90)
    assert {cover(encoded(tall), (50, 50)).getpixel((25, y)) for y in (1, 25, 48)} == {BLUE}
    assert cover(encoded(Image.new("RGB", (1, 1), "blue")), (7, 5)).size == (7, 5)


def test_every_kind_of_file_keeps_its_colours() -> None:
    red = Image.new("RGB", (16, 16), RED)
    sixteen_bits = Image.fromarray(np.full((16, 16), 0x8000, dtype=np.uint16))
    palette = red.quantize(2)
    kinds = {
        "CMYK": (encoded(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG", quality=95), RED),
        "palette": (encoded(palette), RED),
        "grey": (encoded(Image.new("L", (16, 16), 128)), (128, 128, 128)),
        "16-bit grey": (encoded(sixteen_bits), (128, 128, 128)),
        "black and white": (encoded(Image.new("1", (16, 16), 1)), (255, 255, 255)),
        "JPEG": (encoded(red, "JPEG", quality=95), RED),
        "JPEG grey": (encoded(Image.new("L", (16, 16), 128), "JPEG"), (128, 128, 128)),
    }
    shown = {name: cover(file, (8, 8)).convert("RGB").getpixel((4, 4)) for name, (file, _) in kinds.items()}
    wrong = {name: pixel for name, pixel in shown.items() if not near(pixel, kinds[name][1])}
    assert wrong == {}


def test_transparency_of_every_kind_shows_the_pages_colour() -> None:
    clear = Image.new("RGBA", (16, 16), (255, 0, 0, 0))
    palette = Image.new("P", (16, 16), 1)
    palette.putpalette([0, 0, 0, 255, 0, 0])
    files = {
        "RGBA": encoded(clear),
        "grey": encoded(Image.new("LA", (16, 16), (200, 0))),
        "palette": encoded(palette, transparency=1),
        "one colour": encoded(Image.new("RGB", (16, 16), RED), transparency=RED),
    }
    config = ProductionConfig(TitlePage("A", background="#204060", background_upload_id=BACKGROUND))
    pages = {name: page_of(config, {BACKGROUND: file}, (320, 180)) for name, file in files.items()}
    assert {name: page.getpixel((2, 2)) for name, page in pages.items()} == dict.fromkeys(
        files, rgb("#204060")
    )


def swapped_primaries() -> bytes:
    """sRGB's profile with the places of red's and green's primaries exchanged (ICC.1: a tag is a name of
    four letters, an offset and a length)."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"xXYZ", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"xXYZ", b"gXYZ", 1)


def test_a_colour_profile_is_converted_and_one_that_makes_no_sense_passed_over() -> None:
    reddish = Image.new("RGB", (16, 16), (200, 60, 30))
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    expected = {swapped_primaries(): (60, 200, 30), lab: (200, 60, 30), b"no profile": (200, 60, 30)}
    for profile, color in expected.items():
        assert near(cover(encoded(reddish, icc_profile=profile), (8, 8)).getpixel((4, 4)), color, 2)


def test_a_logo_fits_its_box_keeps_its_shape_and_is_enlarged_twice_at_most() -> None:
    def drawn(width: int, height: int) -> tuple[int, int]:
        return contain(encoded(Image.new("RGBA", (width, height), RED)), (960, 216), 2.0).size

    sizes = {(4000, 100): (960, 24), (100, 900): (24, 216), (30, 30): (60, 60), (5000, 3000): (360, 216)}
    assert {own: drawn(*own) for own in sizes} == sizes
    photograph = encoded(Image.new("RGB", (4000, 2000), RED), "JPEG")
    assert contain(photograph, (960, 216), 2.0).size == (432, 216)


def test_a_logo_stands_above_the_text_and_keeps_its_transparency() -> None:
    logo = Image.new("RGBA", (400, 200), (0, 0, 0, 0))
    logo.paste(RED, (100, 50, 300, 150))
    page = page_of(
        ProductionConfig(TitlePage("■■■", logo_upload_id=LOGO)), {LOGO: encoded(logo)}, (1920, 1080)
    )
    pixels = np.asarray(page)
    reds = np.argwhere((pixels == RED).all(axis=2))
    whites = np.argwhere((pixels == 255).all(axis=2))
    assert (reds[:, 0].max() < whites[:, 0].min(), len(reds) > 1000) == (True, True)
    assert abs(reds[:, 1].mean() - 960) < 2
    assert page.getpixel((960 - 200, int(reds[:, 0].mean()))) == rgb("#101418")


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (176, 144), (3840, 400)])
def test_a_long_title_under_a_logo_stays_on_the_page(size: tuple[int, int]) -> None:
    title = TitlePage("A title with far too much to say " * 6, "x " * 80, logo_upload_id=LOGO)
    page = page_of(ProductionConfig(title), {LOGO: encoded(Image.new("RGB", (300, 300), RED))}, size)
    edges = np.asarray(page)
    border = np.concatenate([edges[0], edges[-1], edges[:, 0], edges[:, -1]])
    assert {tuple(pixel) for pixel in border.tolist()} == {rgb("#101418")}


BACKDROPS = {
    "white": Image.new("RGB", (64, 36), "white"),
    "black": Image.new("RGB", (64, 36), "black"),
    "grey": Image.new("RGB", (64, 36), "#808080"),
    "stripes": Image.effect_noise((64, 36), 100).convert("RGB"),
}


@pytest.mark.parametrize("color", ["#101418", "#f4efe6", "#c01030", "#204060"])
@pytest.mark.parametrize("backdrop", BACKDROPS)
def test_letters_are_readable_on_any_image(backdrop: str, color: str) -> None:
    config = ProductionConfig(TitlePage("A", background=color, background_upload_id=BACKGROUND))
    page = page_of(config, {BACKGROUND: encoded(BACKDROPS[backdrop])}, (320, 180))
    # Above the text there is nothing but the image under its veil.
    ground = luminance(np.asarray(page.crop((0, 0, 320, 40))))
    ratio = contrast(luminance(np.array(rgb(ink_on(color)))), ground)
    assert np.quantile(ratio, 0.05) >= READABLE * 0.95


def test_no_more_veil_than_needed() -> None:
    dark = np.zeros((4, 4, 3), dtype=np.uint8)
    assert scrim_opacity(dark, "#101418") < scrim_opacity(255 - dark, "#101418") < 0.7


def test_a_missing_image_is_an_error_and_no_empty_page() -> None:
    with pytest.raises(KeyError):
        draw_overlays(ProductionConfig(TitlePage("A", logo_upload_id=LOGO)), DEFAULT_MEDIA)
    with pytest.raises(OSError, match="cannot identify"):
        page_of(ProductionConfig(TitlePage("A", logo_upload_id=LOGO)), {LOGO: b"nonsense"}, (320, 180))
