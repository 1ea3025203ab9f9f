"""What lists and parameters in HTTP headers share (RFC 9110, section 5.6)."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

Read = TypeVar("Read")

QUOTED = r'"(?:\\.|[^"\\])*"'
ELEMENT = re.compile(rf'(?:[^,"]|{QUOTED})+')
PART = re.compile(rf'(?:[^;"]|{QUOTED})+')
MAX_REMEMBERED, MAX_REMEMBERED_LENGTH = 256, 512


@dataclass(frozen=True)
class MediaValue:
    """A media type or range in lower case, such as `multipart/mixed`, with its parameters."""

    name: str
    parameters: Mapping[str, str]


def remembering(read: Callable[[bytes], Read]) -> Callable[[bytes], Read]:
    """`read` of a header's value, which remembers what it read of those that came last: clients send few
    different ones, over and over."""
    remembered = lru_cache(MAX_REMEMBERED)(read)

    def read_or_remember(value: bytes) -> Read:
        return remembered(value) if len(value) <= MAX_REMEMBERED_LENGTH else read(value)

    return read_or_remember


def media_values(header: str) -> Sequence[MediaValue]:
    """The elements of an `Accept` header; or the one of a `Content-Type`."""
    return [_media_value(element) for element in ELEMENT.findall(header) if element.strip()]


def _media_value(text: str) -> MediaValue:
    name, *parts = PART.findall(text) or [""]
    parameters = {}
    for part in parts:
        key, _, value = part.partition("=")
        parameters[key.strip().lower()] = _unquoted(value.strip())
    return MediaValue(name.strip().lower(), parameters)


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value
