"""The fonts that captions are burnt in with: Noto out of wheels, never the machine's own.

fontconfig finds the font that has a character; what it may look through is said by a file of ours.
"""

import tempfile
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from xml.sax.saxutils import escape

# Package -> folders in it.
FONT_FOLDERS = {
    "justmytype_western_core": ("fonts/ofl/notosans", "fonts/ofl/notosanssymbols2"),
    "justmytype_intl_rtl": ("fonts",),
    "justmytype_intl_south_asia": ("fonts",),
    "justmytype_intl_sea": ("fonts",),
    "justmytype_intl_africa": ("fonts",),
    "noto_cjk_sans_otc": (".",),
}
# Fonts of scripts that no wheel has lie in the repository; a renderer taken out of it does without.
IN_REPOSITORY = Path(__file__).parents[2] / "services" / "overlays" / "noto"
LATIN = "Noto Sans"
# How long fontconfig's index is good for: as long as the fonts are.
CACHE = Path(tempfile.gettempdir()) / "airdate-caption-fonts"


def write_font_config(path: Path) -> dict[str, str]:
    """Write fontconfig's file; the environment that makes ffmpeg use it."""
    folders = "".join(f"<dir>{escape(str(folder))}</dir>" for folder in font_folders())
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
        f"<fontconfig>{folders}<cachedir>{escape(str(CACHE))}</cachedir></fontconfig>"
    )
    return {"FONTCONFIG_FILE": str(path)}


def font_folders() -> Iterator[Path]:
    for package, folders in FONT_FOLDERS.items():
        spec = find_spec(package)
        for location in (spec.submodule_search_locations or ())[:1] if spec else ():
            yield from (Path(location) / folder for folder in folders)
    if IN_REPOSITORY.is_dir():
        yield IN_REPOSITORY


def main_font(text: str, *, is_traditional: bool) -> str:
    """The family to try first: Han characters look different in Japan, Korea, Taiwan and China."""
    if _any_between(text, 0x3040, 0x30FF):
        return "Noto Sans CJK JP"
    if _any_between(text, 0xAC00, 0xD7AF):
        return "Noto Sans CJK KR"
    if _any_between(text, 0x3400, 0x9FFF):
        return "Noto Sans CJK TC" if is_traditional else "Noto Sans CJK SC"
    return LATIN


def _any_between(text: Iterable[str], first: int, last: int) -> bool:
    return any(first <= ord(character) <= last for character in text)
