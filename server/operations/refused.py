from collections.abc import Sequence

from graphql import GraphQLError


class Refused(Exception):
    """An operation is refused before it runs; the errors are for the client."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = list(errors)
