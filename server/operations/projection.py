"""Subscriptions that ask for nothing but an event's own attributes, as one function from the event to JSON.

Such a selection is the same for everybody who may see the event: it needs no viewer, no loader and no
executor. What it makes is what graphql-core makes; whatever it cannot do is left to graphql-core.
"""

from typing import Any

import orjson
from graphql import Executor
from graphql.execution.collect_fields import FieldDetailsList

from planner.selection.attributes import NotPlain, Read, attribute_reader
from planner.selection.collecting import Collecting


class Projection:
    def __init__(self, response_key: str, read: Read) -> None:
        self._response_key, self._read = response_key, read

    def payload_of(self, event: Any) -> bytes:
        """A result as JSON. Raises what graphql-core would tell as an error."""
        return orjson.dumps({"data": {self._response_key: self._read(event)}})


def root_of(executor: Executor[Any]) -> tuple[str, FieldDetailsList]:
    """A subscription's one field (GraphQL, section 5.2.4.1): its response key, and where it stands."""
    root = executor.schema.subscription_type
    if root is None:
        raise TypeError("the schema has no subscriptions")
    [found] = _collecting(executor).at_root(root).grouped_field_set.items()
    return found


def projection_of(executor: Executor[Any]) -> Projection | None:
    """That of a subscription; None when its selection asks for more than attributes."""
    response_key, details = root_of(executor)
    root = executor.schema.subscription_type
    field = root.fields.get(details[0].node.name.value) if root else None
    if field is None:
        return None
    try:
        read = attribute_reader(_collecting(executor), field.type, details)
    except NotPlain:
        return None
    return Projection(response_key, read)


def _collecting(executor: Executor[Any]) -> Collecting:
    return Collecting(executor.schema, executor.fragments, executor.variable_values, executor.operation)
