"""The text of a cue, as WebVTT has it."""

import html
import re
from collections.abc import Sequence

from services.captions.captions import CaptionsFormat

# `<b>`, `</font>`, `<v.loud Ada>` and WebVTT's times inside a text, `<00:01.000>`; "1 < 2" is no tag.
TAG = re.compile(r"<(?:[0-9]+(?::[0-9]+)+\.[0-9]+|(/?)([A-Za-z]+)(?:\.[^\s<>]*)?(?:\s+([^<>]*))?/?)>")
KEPT_TAGS = {"b": "b", "i": "i", "u": "u", "strong": "b", "em": "i", "v": "v", "ruby": "ruby", "rt": "rt"}
"""What WebVTT can show, by the names that files use."""
DROPPED_TAGS = frozenset({"c", "lang", "font", "s", "span", "p"})
CHARACTER = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# SubStation Alpha's codes, which SubRip files borrow: {\an8} is above, by a keyboard's number pad.
OVERRIDE = re.compile(r"\{\\[^{}]*\}")
PAD = re.compile(r"\{\\an([1-9])[^{}]*\}")


def cue_text(lines: Sequence[str], format: CaptionsFormat) -> str:
    """The lines as WebVTT cue text: known tags, each closed; the rest escaped; no empty lines.

    A tag that is unknown is dropped in WebVTT, as players do; in SubRip it is what somebody wrote.
    """
    source = "\n".join(lines).strip()
    if format is CaptionsFormat.SRT:
        source = OVERRIDE.sub("", source)
    written: list[str] = []
    still_open: list[str] = []
    position = 0
    for tag in TAG.finditer(source):
        written.append(_escaped(source[position : tag.start()]))
        position = tag.end()
        name = (tag[2] or "").lower()
        if name in KEPT_TAGS:
            written.append(_kept(KEPT_TAGS[name], bool(tag[1]), tag[3] or "", still_open))
        elif name and name not in DROPPED_TAGS and format is CaptionsFormat.SRT:
            written.append(_escaped(tag[0]))
    written.append(_escaped(source[position:]))
    written += [f"</{name}>" for name in reversed(still_open)]
    shown = [line.strip() for line in "".join(written).split("\n")]
    text = "\n".join(line for line in shown if line)
    return text if TAG.sub("", text).strip() else ""


def settings_of_pad(lines: Sequence[str]) -> str:
    """Cue settings for the place that SubStation Alpha's `{\\an1}` to `{\\an9}` names."""
    found = PAD.search("\n".join(lines))
    if found is None:
        return ""
    row, column = divmod(int(found[1]) - 1, 3)
    return " ".join(filter(None, (("", "line:50%", "line:0")[row], ("align:start", "", "align:end")[column])))


def _kept(name: str, closes: bool, annotation: str, still_open: list[str]) -> str:
    if not closes:
        still_open.append(name)
        told = " ".join(annotation.split())
        return f"<{name} {_escaped(told)}>" if name == "v" and told else f"<{name}>"
    if name not in still_open:
        return ""
    written = ""
    while True:
        closed = still_open.pop()
        written += f"</{closed}>"
        if closed == name:
            return written


def _escaped(text: str) -> str:
    plain = CONTROLS.sub("", CHARACTER.sub(lambda found: html.unescape(found[0]), text).replace("\t", " "))
    return html.escape(plain, quote=False)
