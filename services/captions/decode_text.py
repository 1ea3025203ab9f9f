"""The text of a file that does not say in which encoding it is."""

import codecs
import re

from services.captions.captions import CaptionsInvalid

# UTF-32's mark begins with UTF-16's.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SAMPLED_BYTES = 1000
NEWLINE = re.compile(r"\r\n|\r|\n")


def decode_text(body: bytes) -> str:
    """By its byte order mark; else UTF-16 that reads like text, UTF-8, or what Windows wrote in the West.

    Raises CaptionsInvalid for a file that is in one of the Unicode encodings but for a broken place.
    """
    encoding = next((name for mark, name in MARKS if body.startswith(mark)), None) or _unmarked_utf16(body)
    try:
        return body.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        if encoding or _is_mostly_utf8(body):
            line = len(NEWLINE.split(body[: error.start].decode(encoding or "utf-8", "ignore")))
            name = (encoding or "utf-8").upper().removesuffix("-SIG")
            raise CaptionsInvalid(
                f"Line {line} is damaged: the text is {name}, but not there.", line
            ) from error
    try:
        return body.decode("cp1252")
    except UnicodeDecodeError:
        return body.decode("latin-1")


def _unmarked_utf16(body: bytes) -> str | None:
    """Times and digits are ASCII in every language, so that every other byte of them is zero."""
    sample = body[:SAMPLED_BYTES]
    zeros = [sample[first::2].count(0) for first in (0, 1)]
    if not any(zeros) or max(zeros) * 8 < len(sample) or min(zeros) * 4 > max(zeros):
        return None
    return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"


def _is_mostly_utf8(body: bytes) -> bool:
    """Letters of a Western encoding hardly ever make a UTF-8 sequence, by its strict pattern."""
    text = body.decode("utf-8", "replace")
    broken = text.count("�") - body.count("�".encode())
    return sum(not c.isascii() for c in text) - broken > broken
