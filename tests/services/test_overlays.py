from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image, ImageChops

from scripts.list_characters import code_points
from services.overlays import OverlayImage, draw_overlays
from services.overlays.fonts import (
    SCRIPT_FAMILIES,
    font_families,
    font_folders,
    is_drawable,
    loaded_fonts,
)
from services.overlays.printable_text import printable_text
from services.production_config import LowerThird, LowerThirdPosition, ProductionConfig, TitlePage
from tests.services.job_settings.strategies import DEFAULT_MEDIA

SIZES = [(1920, 1080), (176, 144)]
OTHER_SIZES = [(1080, 1920), (3840, 400), (641, 361)]
TEXTS = {
    "latin": ("Zürich in spring", "Ørsted & Łukasz"),
    "long word": ("Donaudampfschifffahrtsgesellschaftskapitän", None),
    "arabic": ("مرحبا بالعالم 2026 Airdate", "محمد علي"),
    "hebrew": ("שלום 123 abc עולם", "גרסה 3.14"),
    "japanese": ("日本語の字幕はとても長いので折り返しが必要です。" * 3, "改行位置を確認"),
    "hindi": ("हिन्दी में शीर्षक — किताबें", None),
    "thai": ("ภาษาไทยไม่มีช่องว่างระหว่างคำดังนั้นต้องตัดคำให้ถูกต้อง", "ผู้ใหญ่"),
    "endless": ("W" * 120, "w" * 160),
    "300 characters": (("A title with far too much to say about itself " * 7)[:300], "x " * 80),
}


def picture(overlay: OverlayImage) -> Image.Image:
    return Image.open(BytesIO(overlay.png)).convert("RGBA")


@pytest.mark.parametrize(
    "size", [*SIZES, *(pytest.param(size, marks=pytest.mark.slow) for size in OTHER_SIZES)]
)
@pytest.mark.parametrize("text", TEXTS)
def test_nothing_is_clipped(text: str, size: tuple[int, int]) -> None:
    """The outermost pixels are bare background: no letter reaches the edge of its page or panel."""
    title, subtitle = TEXTS[text]
    media = replace(DEFAULT_MEDIA, width=size[0], height=size[1])
    config = ProductionConfig(TitlePage(title, subtitle), (LowerThird(title, 0, 1000, subtitle),))
    page, panel = draw_overlays(config, media)
    frame = (size[0] - size[0] % 2, size[1] - size[1] % 2)
    assert (page.name, page.x, page.y, page.width, page.height) == ("title.png", 0, 0, *frame)
    assert _ink_box(page) != (0, 0, 0, 0)
    left, top, right, bottom = _ink_box(page)
    assert (left > 0, top > 0, right < frame[0], bottom < frame[1]) == (True,) * 4
    _check_panel(panel, frame)


def _ink_box(overlay: OverlayImage) -> tuple[int, int, int, int]:
    """Where the picture differs from the colour of its corner."""
    flat = picture(overlay).convert("RGB")
    corner = flat.getpixel((flat.width - 1, 0))
    assert isinstance(corner, tuple)
    return ImageChops.difference(flat, Image.new("RGB", flat.size, corner)).getbbox() or (0, 0, 0, 0)


def _check_panel(panel: OverlayImage, frame: tuple[int, int]) -> None:
    drawn = picture(panel)
    assert drawn.size == (panel.width, panel.height)
    assert {panel.x % 2, panel.y % 2, panel.width % 2, panel.height % 2} == {0}
    assert panel.x > 0
    assert panel.x + panel.width < frame[0]
    assert panel.y + panel.height < frame[1]
    # White ink, looked for away from the edges' accent bar and half-covered pixels.
    ink = drawn.convert("L").point(lambda value: 255 if value > 180 else 0).getbbox()
    assert ink is not None
    assert (ink[1] > 0, ink[3] < drawn.height) == (True, True)


def test_positions() -> None:
    def corner(position: LowerThirdPosition) -> tuple[str, str]:
        config = ProductionConfig(lower_thirds=(LowerThird("Ana", 0, 1000, position=position),))
        (panel,) = draw_overlays(config, DEFAULT_MEDIA)
        center_x, center_y = panel.x + panel.width / 2, panel.y + panel.height / 2
        column = "LEFT" if center_x < 900 else "RIGHT" if center_x > 1020 else "CENTER"
        assert panel.x >= 96
        assert panel.x + panel.width <= 1920 - 94
        assert panel.y >= 54
        assert panel.y + panel.height <= 1080 - 52
        return "TOP" if center_y < 540 else "BOTTOM", column

    assert {position: corner(position) for position in LowerThirdPosition} == {
        position: tuple(position.split("_")) for position in LowerThirdPosition
    }


def test_texts_side_by_side_do_not_touch() -> None:
    places = (
        LowerThirdPosition.BOTTOM_LEFT,
        LowerThirdPosition.BOTTOM_CENTER,
        LowerThirdPosition.BOTTOM_RIGHT,
    )
    together = tuple(LowerThird("A rather long name to show", 0, 1000, position=place) for place in places)
    left, center, right = draw_overlays(ProductionConfig(lower_thirds=together), DEFAULT_MEDIA)
    assert left.x + left.width < center.x
    assert center.x + center.width < right.x


def test_right_to_left_texts_are_set_from_the_right() -> None:
    def edge_with_bar(text: str) -> str:
        (panel,) = draw_overlays(ProductionConfig(lower_thirds=(LowerThird(text, 0, 1000),)), DEFAULT_MEDIA)
        drawn = picture(panel)
        sides = {"left": drawn.getpixel((3, 9)), "right": drawn.getpixel((panel.width - 4, 9))}
        return next(side for side, pixel in sides.items() if pixel == (77, 163, 255, 255))

    assert (edge_with_bar("Ana 123"), edge_with_bar("123 שלום"), edge_with_bar("«مرحبا» Airdate")) == (
        "left",
        "right",
        "right",
    )


def test_what_can_be_drawn_is_what_the_fonts_have() -> None:
    """Written down by scripts/list_characters.py; fonts that change change it."""
    assert code_points(font_folders()) == {each for each in range(0x110000) if is_drawable(each)}


def test_missing_characters_are_drawn_as_placeholders_and_told_once() -> None:
    config = ProductionConfig(TitlePage("A 𓀀 and 𓀀", "Plain ❤️ text"))
    (page,) = draw_overlays(config, DEFAULT_MEDIA)
    assert page.warnings == ("No font has the character '𓀀' (U+13000); a placeholder is drawn.",)
    assert printable_text("A 𓀀").text == "A \N{REPLACEMENT CHARACTER}"


def test_ink_stands_out_on_light_and_dark_pages() -> None:
    def ink_and_page(background: str) -> tuple[object, object]:
        (page,) = draw_overlays(ProductionConfig(TitlePage("■■■■", background=background)), DEFAULT_MEDIA)
        drawn = picture(page)
        box = _ink_box(page)
        return drawn.getpixel((box[0] + 20, (box[1] + box[3]) // 2)), drawn.getpixel((0, 0))

    assert ink_and_page("#101418") == ((255, 255, 255, 255), (16, 20, 24, 255))
    assert ink_and_page("#F4EFE6") == ((16, 20, 24, 255), (244, 239, 230, 255))


def test_all_fonts_of_the_list_are_there() -> None:
    installed = set(loaded_fonts().families())
    wanted = {family for text in ("a", "か", "한", "中") for family in font_families(text)}
    assert wanted <= installed
    assert set(SCRIPT_FAMILIES) <= wanted


def test_markup_of_the_typesetter_is_only_text() -> None:
    config = ProductionConfig(TitlePage('#panic("x") $x$ *bold* \\ "quoted" #image("/etc/passwd")'))
    (page,) = draw_overlays(config, DEFAULT_MEDIA)
    assert page.warnings == ()


LIVING_SCRIPTS = (
    "Latin Ελληνικά Кириллица Հայերեն ქართული עברית العربية ܣܘܪܝܝܐ ދިވެހި हिन्दी বাংলা ਪੰਜਾਬੀ ગુજરાતી ଓଡ଼ିଆ "
    "தமிழ் తెలుగు ಕನ್ನಡ മലയാളം සිංහල ไทย ລາວ བོད་ཡིག မြန်မာ አማርኛ ᏣᎳᎩ ខ្មែរ 日本語 中文 한국어 😀 👩‍💻 🇩🇪"
)


def test_every_script_in_wide_use_has_its_letters() -> None:
    for word in LIVING_SCRIPTS.split(" "):
        config = ProductionConfig(title_page=TitlePage(word))
        (image,) = draw_overlays(config, DEFAULT_MEDIA)
        assert image.warnings == (), word
