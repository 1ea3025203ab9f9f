from collections.abc import Sequence

from graphql import GraphQLError

BAD_REQUEST, FORBIDDEN, UNAVAILABLE = 400, 403, 503
TRY_AGAIN = "This cannot be answered now; try again in a while."


class Refused(Exception):
    """An operation is refused before it runs; the errors are for the client. `status` is for an HTTP answer
    whose media type lets a refusal be told by one (GraphQL over HTTP, section 6.4.2)."""

    def __init__(self, errors: Sequence[GraphQLError], *, status: int = BAD_REQUEST) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = list(errors)
        self.status = status


def refuse(code: str, message: str, *, status: int = BAD_REQUEST) -> Refused:
    """One-error refusal: `raise refuse("CODE", "Why.")`."""
    return Refused([GraphQLError(message, extensions={"code": code})], status=status)
