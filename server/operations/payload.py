from typing import Any, Protocol

import orjson
from graphql import GraphQLError

from schema.context import Context
from server.errors import TellingSchema


class Result(Protocol):
    data: Any
    errors: Any


def payload_of(result: Result, schema: TellingSchema, context: Context) -> bytes:
    """A result as JSON, its errors made fit to be told."""
    if not result.errors:
        return orjson.dumps({"data": result.data})
    schema.tell(result.errors, context.request_id)
    return failed_payload(result.errors, result.data)


def failed_payload(errors: list[GraphQLError], data: Any = None) -> bytes:
    return orjson.dumps({"data": data, "errors": [error.formatted for error in errors]})
