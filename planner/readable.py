"""A statement laid out for people: a clause a line, a subselect further in. No word is changed."""

import re
from collections.abc import Iterator

WORD = re.compile(r"""'(?:[^']|'')*'|"[^"]*"|[()]|[^\s()'"]+|\s+""")
CLAUSES = (
    "SELECT",
    "FROM",
    "WHERE",
    "ORDER",
    "LIMIT",
    "OFFSET",
    "UNION",
    "LEFT",
    "CROSS",
    "JOIN",
    "AND",
    "OR",
)
SUBSELECTS = ("SELECT", "WITH")
BEFORE_JOIN = ("LEFT", "CROSS")
STEP = "  "


def readable(sql: str) -> str:
    """Lines without an end; what stands in brackets that hold no subselect stays in its line."""
    return "\n".join(line.rstrip() for line in "".join(_laid_out(WORD.findall(sql))).split("\n"))


def _laid_out(words: list[str]) -> Iterator[str]:
    # For each open bracket, whether a subselect stands in it.
    open_brackets: list[bool] = []
    last = ""
    for place, word in enumerate(words):
        depth = sum(open_brackets)
        breaks = not open_brackets or open_brackets[-1]
        if word == "(":
            open_brackets.append(place + 1 < len(words) and words[place + 1] in SUBSELECTS)
            yield word
            if open_brackets[-1]:
                yield "\n" + STEP * (depth + 1)
        elif word == ")":
            if open_brackets.pop():
                yield "\n" + STEP * (depth - 1)
            yield word
        elif breaks and word in CLAUSES and last not in ("", "(") and not _goes_on(word, last):
            further = STEP if word in ("AND", "OR") else ""
            yield "\n" + STEP * depth + further + word
        else:
            yield word
        last = last if word.isspace() else word


def _goes_on(word: str, last: str) -> bool:
    """Whether the clause has begun with the word before."""
    if word == "JOIN":
        return last in BEFORE_JOIN
    return word == "SELECT" and last == "ALL"
