from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from services.job_settings.rendition_ladder import display_size
from services.overlays import OverlayImage, draw_overlays
from services.overlays.ink import contrast, luminance, rgb
from services.overlays.lower_third import LowerThirdDrawing, draw_lower_third
from services.production_config import LowerThird, LowerThirdPosition, LowerThirdStyle, ProductionConfig
from tests.services.job_settings.strategies import DEFAULT_MEDIA

WHITE_INK, DARK_INK = (255, 255, 255, 255), (16, 20, 24, 255)


def drawn(**values: object) -> OverlayImage:
    lower_third = LowerThird(**{"text": "■■■ Ada", "start_ms": 0, "end_ms": 2000, **values})
    (overlay,) = draw_overlays(ProductionConfig(lower_thirds=(lower_third,)), DEFAULT_MEDIA)
    return overlay


def pixels(overlay: OverlayImage) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(overlay.png)).convert("RGBA"))


def has(overlay: OverlayImage, color: tuple[int, ...]) -> bool:
    """Within a rounding step."""
    distance = np.abs(pixels(overlay).astype(int) - color)
    return bool((distance <= 1).all(axis=2).any())


@pytest.mark.parametrize(
    ("accent", "ink"), [("#ffd400", DARK_INK), ("#7a1020", WHITE_INK), ("#ffffff", DARK_INK)]
)
def test_a_bar_has_the_accents_colour_and_letters_that_stand_out(accent: str, ink: tuple[int, ...]) -> None:
    bar = drawn(style=LowerThirdStyle.BAR, accent=accent)
    assert {tuple(pixel) for pixel in pixels(bar)[0].tolist()} == {(*rgb(accent), 255)}
    assert has(bar, ink)


def test_a_panel_shows_the_accent_as_a_stripe_alone() -> None:
    panel = pixels(drawn(style=LowerThirdStyle.PANEL, accent="#ffd400"))
    stripe = (panel == (255, 212, 0, 255)).all(axis=2)
    assert (stripe[:, :9].all(), stripe[:, 9:].any()) == (True, False)
    assert panel[0, -1].tolist() == [11, 15, 20, 208]


@pytest.mark.parametrize("ground", [0, 128, 255])
def test_bare_letters_can_be_read_on_any_picture(ground: int) -> None:
    """Right beside a letter (its own edge is half covered) all is dark, whatever lies behind."""
    overlay = drawn(style=LowerThirdStyle.PLAIN)
    layer = Image.open(BytesIO(overlay.png)).convert("RGBA")
    frame = Image.new("RGBA", layer.size, (ground, ground, ground, 255))
    frame.alpha_composite(layer)
    seen = np.asarray(frame.convert("RGB"))
    letters = np.asarray(layer.getchannel("A")) == 255
    ring = _grown(letters, 2) & ~_grown(letters, 1)
    ratio = contrast(luminance(np.array([255, 255, 255])), luminance(seen[ring]))
    assert np.mean(ratio >= 7) > 0.9


def test_bare_letters_are_white_without_a_box() -> None:
    overlay = drawn(style=LowerThirdStyle.PLAIN, accent="#ffd400")
    picture = pixels(overlay)
    assert has(overlay, WHITE_INK)
    assert picture[0, :, 3].max() < 40
    assert not has(overlay, (255, 212, 0, 255))


def _grown(mask: np.ndarray, reach: int) -> np.ndarray:
    grown = mask.copy()
    for _ in range(reach):
        padded = np.pad(grown, 1)
        grown = padded[:-2, 1:-1] | padded[2:, 1:-1] | padded[1:-1, :-2] | padded[1:-1, 2:] | grown
    return grown


@pytest.mark.parametrize("style", LowerThirdStyle)
@pytest.mark.parametrize("position", LowerThirdPosition)
def test_every_style_keeps_the_safe_area(style: LowerThirdStyle, position: LowerThirdPosition) -> None:
    overlay = drawn(style=style, position=position)
    solid = np.argwhere(pixels(overlay)[:, :, :3].max(axis=2) > 200)
    corner = np.array([overlay.y, overlay.x])
    (top, left), (bottom, right) = solid.min(axis=0) + corner, solid.max(axis=0) + corner
    assert (top >= 52, left >= 94, bottom <= 1080 - 52, right <= 1920 - 94) == (True,) * 4
    assert {overlay.x % 2, overlay.y % 2, overlay.width % 2, overlay.height % 2} == {0}


@pytest.mark.parametrize("style", LowerThirdStyle)
def test_bare_letters_begin_where_boxes_do(style: LowerThirdStyle) -> None:
    overlay = drawn(style=style, text="■■■")
    solid = pixels(overlay)[:, :, 3] > 200
    assert overlay.x + int(np.argwhere(solid.any(axis=0)).min()) in range(90, 104)


def test_what_is_drawn_alone_beside_others_or_again_is_the_same_to_the_byte() -> None:
    texts = tuple(
        LowerThird(f"Text {n}", n * 1000, n * 1000 + 900, style=style)
        for n, style in enumerate(LowerThirdStyle)
    )
    config = ProductionConfig(lower_thirds=texts)
    beside = [image.png for image in draw_overlays(config, DEFAULT_MEDIA)]
    again = [image.png for image in draw_overlays(config, DEFAULT_MEDIA)]
    assert [one is other for one, other in zip(beside, again, strict=True)] == [True] * 3
    frame = display_size(DEFAULT_MEDIA)
    alone = [
        draw_lower_third(
            LowerThirdDrawing(text.text, None, text.position, text.style, text.accent, frame, False)
        ).png
        for text in texts
    ]
    assert alone == beside


def test_a_long_text_tells_how_much_it_was_shrunk() -> None:
    short, long = drawn(text="Ada"), drawn(text="W" * 120, subtext="w" * 160)
    assert (short.shrunk_to, short.text_size) == (1.0, 54.0)
    assert 0.1 < long.shrunk_to < 0.7
    assert long.text_size == pytest.approx(54 * long.shrunk_to)


@pytest.mark.parametrize("style", LowerThirdStyle)
@pytest.mark.parametrize("text", ["Rechtsschutzversicherung", "W" * 120])
def test_the_longest_word_fits_the_smallest_frame(text: str, style: LowerThirdStyle) -> None:
    drawing = LowerThirdDrawing(
        text, "w" * 160, LowerThirdPosition.BOTTOM_LEFT, style, "#101418", (32, 32), shares_its_row=True
    )
    lies = draw_lower_third(drawing)
    assert max(lies.x + lies.width, lies.y + lies.height) <= 32
