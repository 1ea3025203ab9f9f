"""In which form a client wants its answer (RFC 9110, section 12.5.1; GraphQL over HTTP, section 4)."""

import re
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from server.transport_http.header_values import MediaValue, media_values, remembering

QUALITY = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")


class Format(Enum):
    JSON = "application/json"
    RESPONSE_JSON = "application/graphql-response+json"
    EVENT_STREAM = "text/event-stream"
    MULTIPART = "multipart/mixed"

    @property
    def is_stream(self) -> bool:
        return self in STREAMS


STREAMS = (Format.EVENT_STREAM, Format.MULTIPART)
OF_ONE_RESULT = (Format.JSON, Format.RESPONSE_JSON, *STREAMS)
"""A single result is told as JSON where that is wanted as much as a stream: urql names all of them."""


def chosen_format(accept: str | None, offers: Sequence[Format]) -> Format | None:
    """What the client likes best of what is offered, or None where it takes none of it.

    Among equals JSON comes before streams, then what it names first, then what is offered first. A client
    without an `Accept` header takes anything.
    """
    ranges = media_values(accept) if accept and accept.strip() else [MediaValue("*/*", {})]
    ranked = []
    for place, offer in enumerate(offers):
        liking = _liking(ranges, offer)
        if liking is not None:
            quality, position = liking
            ranked.append(((-quality, offer.is_stream, position, place), offer))
    return min(ranked, key=lambda entry: entry[0])[1] if ranked else None


class Wishes(NamedTuple):
    """What a client likes best for one result and for a subscription; None where it takes none of ours."""

    of_one_result: Format | None
    of_a_subscription: Format | None
    takes_a_page: bool


@remembering
def wishes_of(accept: bytes) -> Wishes:
    """By the value of an `Accept` header, empty where there is none."""
    text = accept.decode("latin-1")
    return Wishes(chosen_format(text, OF_ONE_RESULT), chosen_format(text, STREAMS), "text/html" in text)


def _liking(ranges: Sequence[MediaValue], offer: Format) -> tuple[float, int] | None:
    """The quality and position of the most specific range that speaks of the offer; None for not wanted."""
    best: tuple[int, float, int] | None = None
    for position, media_range in enumerate(ranges):
        specificity = _specificity(media_range, offer)
        quality = _quality(media_range)
        if specificity is None or quality is None:
            continue
        if best is None or specificity > best[0]:
            best = (specificity, quality, position)
    return (best[1], best[2]) if best and best[1] > 0 else None


def _specificity(media_range: MediaValue, offer: Format) -> int | None:
    if media_range.parameters.get("charset", "utf-8").lower() not in ("utf-8", "utf8", "*"):
        return None
    if offer is Format.MULTIPART:
        # Parts that wrap their result in `payload` are understood by those alone who ask for them: plain
        # multipart/mixed, and that with deferSpec, mean incremental delivery.
        asks = media_range.parameters.get("subscriptionspec", "").startswith("1.0")
        return 2 if asks and media_range.name == offer.value else None
    if media_range.name == offer.value:
        return 2
    if media_range.name == f"{offer.value.partition('/')[0]}/*":
        return 1
    return 0 if media_range.name == "*/*" else None


def _quality(media_range: MediaValue) -> float | None:
    """None for what is no quality: the range then says nothing."""
    text = media_range.parameters.get("q", "1")
    return float(text) if QUALITY.fullmatch(text) else None
