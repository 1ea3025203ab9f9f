"""The fonts texts are drawn with: Noto (SIL Open Font License), never the machine's own.

Most come out of wheels; those of scripts that no wheel has lie beside this file, each with its licence.
"""

from bisect import bisect_right
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typst

# Package -> folders in it; the western pack also has serif and monospaced faces that nobody asked for.
FONT_FOLDERS = {
    "justmytype_western_core": ("fonts/ofl/notosans", "fonts/ofl/notosanssymbols2"),
    "justmytype_intl_rtl": ("fonts",),
    "justmytype_intl_south_asia": ("fonts",),
    "justmytype_intl_sea": ("fonts",),
    "justmytype_intl_africa": ("fonts",),
    "noto_cjk_sans_otc": (".",),
}
BUNDLED = Path(__file__).parent / "noto"
# The first and last code point of each row that the fonts cover, by scripts/list_characters.py: to ask the
# fonts themselves took half of what a process's first preview did, and 38 MiB.
CHARACTERS = Path(__file__).with_name("characters.txt")
FIRST_CHOICE = "Noto Sans"
SCRIPT_FAMILIES = (
    "Noto Sans Arabic",
    "Noto Sans Hebrew",
    "Noto Sans Devanagari",
    "Noto Sans Bengali",
    "Noto Sans Tamil",
    "Noto Sans Telugu",
    "Noto Sans Thai",
    "Noto Sans Lao",
    "Noto Sans Khmer",
    "Noto Sans Myanmar",
    "Noto Sans Ethiopic",
    "Noto Sans Armenian",
    "Noto Sans Georgian",
    "Noto Sans Gujarati",
    "Noto Sans Gurmukhi",
    "Noto Sans Kannada",
    "Noto Sans Malayalam",
    "Noto Sans Oriya",
    "Noto Sans Sinhala",
    "Noto Serif Tibetan",
    "Noto Sans Thaana",
    "Noto Sans Syriac",
    "Noto Sans Cherokee",
    "Noto Emoji",
    "Noto Sans Symbols 2",
)


def font_folders() -> list[Path]:
    """Where the font files are; raises RuntimeError when a font package is not installed."""
    folders = [BUNDLED]
    for package, subfolders in FONT_FOLDERS.items():
        spec = find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            raise RuntimeError(f"the font package {package} is not installed")
        folders += [Path(spec.submodule_search_locations[0]) / subfolder for subfolder in subfolders]
    return folders


@cache
def loaded_fonts() -> "typst.Fonts":
    """The same fonts for the typesetter, searched once a process."""
    import typst

    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(folder) for folder in font_folders()],
    )


def is_drawable(code_point: int) -> bool:
    """Whether at least one font has a glyph for it."""
    firsts, lasts = _spans()
    place = bisect_right(firsts, code_point) - 1
    return place >= 0 and code_point <= lasts[place]


@cache
def _spans() -> tuple[list[int], list[int]]:
    numbers = [int(number, 16) for number in CHARACTERS.read_text().split()]
    return numbers[::2], numbers[1::2]


def font_families(text: str) -> list[str]:
    """Families in the order to try them: Han characters look different in Japan, Korea and China."""
    return [FIRST_CHOICE, _east_asian_family(text), *SCRIPT_FAMILIES]


def _east_asian_family(text: str) -> str:
    if _any_between(text, 0x3040, 0x30FF):
        return "Noto Sans CJK JP"
    if _any_between(text, 0xAC00, 0xD7AF) or _any_between(text, 0x1100, 0x11FF):
        return "Noto Sans CJK KR"
    return "Noto Sans CJK SC"


def _any_between(text: Iterable[str], first: int, last: int) -> bool:
    return any(first <= ord(character) <= last for character in text)
