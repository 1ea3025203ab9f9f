"""Lists page by page, as the service gives them."""

import base64
from collections.abc import Callable, Mapping
from typing import Any

from embedded.mediaconvert.service_model import Invalid, read_request

MAX_PAGE = 20


def read_query(params: Mapping[str, str], shape_name: str) -> dict[str, Any]:
    """Query parameters as the named request, checked against the model. Raises Invalid."""
    body: dict[str, Any] = dict(params)
    if "maxResults" in body:
        try:
            body["maxResults"] = int(body["maxResults"])
        except ValueError as error:
            raise Invalid(["/maxResults: should be of type integer"]) from error
    query: dict[str, Any] = read_request(body, shape_name)
    return query


def page_of(
    items: list[dict[str, Any]], name: str, query: dict[str, Any], position: Callable[[dict[str, Any]], str]
) -> dict[str, Any]:
    """One page of `items`, under `name`, and the token of the next one if there is more.

    A token holds the position of the last item told, so that what is made meanwhile moves nothing; `items`
    are sorted by it, downwards for `Order` DESCENDING. Raises Invalid.
    """
    is_down = query.get("Order") == "DESCENDING"
    if "NextToken" in query:
        last = _read_token(query["NextToken"])
        items = [item for item in items if (position(item) < last if is_down else position(item) > last)]
    size = query.get("MaxResults", MAX_PAGE)
    page: dict[str, Any] = {name: items[:size]}
    if len(items) > size:
        page["NextToken"] = base64.urlsafe_b64encode(position(items[size - 1]).encode()).decode()
    return page


def _read_token(token: str) -> str:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except ValueError as error:
        raise Invalid(["/nextToken: is not one of ours"]) from error
