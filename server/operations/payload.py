from collections.abc import Sequence
from typing import Any, Protocol

import orjson
from graphql import GraphQLError


class Result(Protocol):
    @property
    def data(self) -> Any: ...

    @property
    def errors(self) -> Sequence[GraphQLError] | None: ...


def payload_of(result: Result) -> bytes:
    """A result that has run, as JSON; it always has `data`, if only null (GraphQL, section 7.1)."""
    if not result.errors:
        return orjson.dumps({"data": result.data})
    return orjson.dumps({"data": result.data, "errors": [error.formatted for error in result.errors]})
