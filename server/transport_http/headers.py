from collections.abc import Mapping, Sequence
from typing import Any

Headers = Mapping[bytes, bytes]


def headers_of(scope: Mapping[str, Any]) -> Headers:
    """A request's headers by name, in lower case."""
    return by_name(scope["headers"])


def by_name(raw: Sequence[tuple[bytes, bytes]]) -> Headers:
    """Headers with names in lower case. One that comes several times is one list (RFC 9110, section 5.3): two
    values where there may be one are then no value that anything takes."""
    headers = dict(raw)
    if len(headers) < len(raw):
        values: dict[bytes, list[bytes]] = {}
        for name, value in raw:
            values.setdefault(name, []).append(value)
        headers = {name: b", ".join(several) for name, several in values.items()}
    return headers
