from collections.abc import Sequence
from typing import NamedTuple

from graphql import ExecutionResult, GraphQLError

from server.operations.payload import payload_of


class Answer(NamedTuple):
    """What became of a query or mutation, fit to be told; what a plan and graphql-core both come to."""

    body: bytes
    """The result as JSON."""
    was_run: bool = True
    """False where it was refused before anything ran: HTTP tells that by a status, and without `data`."""
    errors: Sequence[GraphQLError] = ()
    """Why, where it was refused."""


def answer_of(result: ExecutionResult) -> Answer:
    """Of graphql-core's result. What fails while it runs has a path; what is refused before that has not."""
    errors = result.errors or []
    if result.data is not None or any(error.path for error in errors):
        return Answer(payload_of(result))
    return Answer(payload_of(result), was_run=False, errors=errors)
