"""The command line's way to write a lower third: `Ada Lovelace|Analyst@2-6`, times in seconds."""

import re
from typing import Any

SYNTAX = re.compile(
    r"(?P<text>(?:\\.|[^\\|@])+)(?:\|(?P<subtext>(?:\\.|[^\\|@])+))?@(?P<span>[^@]+)", re.DOTALL
)
SECONDS = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
SPAN = re.compile(rf"(?P<start>{SECONDS})-(?P<end>{SECONDS})")
ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def read_lower_third(value: str) -> dict[str, Any]:
    """A LowerThirdInput. A backslash lets text hold `|`, `@` and backslashes. Raises ValueError."""
    found = SYNTAX.fullmatch(value)
    if found is None:
        raise ValueError(f"“{value}” is not text|subtext@start-end, such as “Ada Lovelace|Analyst@2-6”.")
    start_ms, end_ms = read_span(found["span"])
    lower_third = {"text": _plain(found["text"]), "startMs": start_ms, "endMs": end_ms}
    return lower_third | ({"subtext": _plain(found["subtext"])} if found["subtext"] else {})


def read_span(value: str) -> tuple[int, int]:
    """`start-end` in seconds as milliseconds. Raises ValueError."""
    found = SPAN.fullmatch(value.strip())
    if found is None:
        raise ValueError(f"“{value}” is not start-end in seconds, such as 2-6.5.")
    start_ms, end_ms = round(float(found["start"]) * 1000), round(float(found["end"]) * 1000)
    if end_ms <= start_ms:
        raise ValueError(f"“{value}” ends before it starts.")
    return start_ms, end_ms


def _plain(text: str) -> str:
    return ESCAPED.sub(r"\1", text)
