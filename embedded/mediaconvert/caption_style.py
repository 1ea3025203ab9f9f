"""How burnt-in captions look, from BurninDestinationSettings."""

from dataclasses import dataclass
from typing import Any

from embedded.mediaconvert.framing import Size

# Red, green, blue.
COLOURS = {
    "WHITE": "FFFFFF",
    "BLACK": "000000",
    "YELLOW": "FFFF00",
    "RED": "FF0000",
    "GREEN": "00FF00",
    "BLUE": "0000FF",
}
# Without a size, letters are this part of the short edge.
AUTOMATIC_SIZE = 0.045
# libass counts a font's size by its OS/2 winAscent and winDescent: 1.519 em in Noto Sans.
LINE_OF_EM = 1.519
SIDE_MARGIN, FOOT_MARGIN = 0.06, 0.06
AUTOMATIC_OUTLINE = 2


@dataclass(frozen=True)
class CaptionStyle:
    """Colours as RRGGBB, opacities to 255, sizes and places in pixels of the output; 0 and None for
    automatic."""

    colour: str
    opacity: int
    outline_colour: str
    outline: int
    background: str | None
    background_opacity: int
    shadow: str | None
    shadow_opacity: int
    shadow_offset: int
    size: int
    is_left: bool
    x: int | None
    y: int | None
    is_traditional: bool


def read_style(own: dict[str, Any]) -> CaptionStyle:
    colour = own.get("FontColor", "WHITE")
    background, shadow = own.get("BackgroundColor", "NONE"), own.get("ShadowColor", "NONE")
    return CaptionStyle(
        colour=own["HexFontColor"][:6] if colour == "HEX" else COLOURS.get(colour, COLOURS["WHITE"]),
        opacity=own.get("FontOpacity", 255),
        outline_colour=COLOURS.get(own.get("OutlineColor", "BLACK"), COLOURS["BLACK"]),
        outline=own.get("OutlineSize", AUTOMATIC_OUTLINE),
        background=COLOURS.get(background),
        background_opacity=own.get("BackgroundOpacity", 255),
        shadow=COLOURS.get(shadow),
        shadow_opacity=own.get("ShadowOpacity", 255),
        shadow_offset=max(abs(own.get("ShadowXOffset", 2)), abs(own.get("ShadowYOffset", 2))),
        size=own.get("FontSize", 0),
        is_left=own.get("Alignment") == "LEFT",
        x=own.get("XPosition"),
        y=own.get("YPosition"),
        is_traditional=own.get("FontScript") == "HANT",
    )


def style_line(style: CaptionStyle, size: Size, font: str) -> str:
    """The style called Default of an ASS script whose resolution is the picture's."""
    em = style.size or round(AUTOMATIC_SIZE * min(size))
    has_box = style.background is not None
    back = _colour(style.background, style.background_opacity) if has_box else _shadow(style)
    fields = [
        *("Default", font, f"{em * LINE_OF_EM:.1f}", _colour(style.colour, style.opacity)),
        *(_colour(style.colour, style.opacity), _colour(style.outline_colour, style.opacity), back),
        # Bold to spacing and angle.
        *("0", "0", "0", "0", "100", "100", "0", "0"),
        # 4 is libass's own: one box behind the whole caption.
        *("4" if has_box else "1", str(style.outline), str(style.shadow_offset if style.shadow else 0)),
        "1" if style.is_left else "2",
        *(str(round(SIDE_MARGIN * size[0])),) * 2,
        str(round(FOOT_MARGIN * size[1])),
        # -1: the base direction of each paragraph by its letters.
        "-1",
    ]
    return f"Style: {','.join(fields)}"


def place(style: CaptionStyle, size: Size) -> str:
    """The override that puts a caption where it was asked for; nothing without a place."""
    if style.x is None and style.y is None:
        return ""
    x = style.x if style.x is not None else round(SIDE_MARGIN * size[0]) if style.is_left else size[0] // 2
    if style.y is None:
        return f"{{\\an{1 if style.is_left else 2}\\pos({x},{size[1] - round(FOOT_MARGIN * size[1])})}}"
    return f"{{\\an{7 if style.is_left else 8}\\pos({x},{style.y})}}"


def _shadow(style: CaptionStyle) -> str:
    return _colour(style.shadow or COLOURS["BLACK"], style.shadow_opacity if style.shadow else 0)


def _colour(rgb: str | None, opacity: int) -> str:
    """ASS counts transparency, and blue first."""
    rgb = rgb or COLOURS["BLACK"]
    return f"&H{255 - opacity:02X}{rgb[4:6]}{rgb[2:4]}{rgb[:2]}".upper()
