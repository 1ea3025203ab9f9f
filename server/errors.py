"""What a client is told when an operation fails: our own refusals in words, everything else masked."""

from collections.abc import Sequence
from typing import Any

import asyncpg
import structlog
from graphql import ASTValidationRule, GraphQLError
from strawberry import Schema
from tortoise.exceptions import OperationalError

from services.errors import BadInput, NotFound, Unauthenticated
from services.live.changes import FollowerTooSlow

log = structlog.get_logger()

TOLD: dict[type[Exception], str] = {
    BadInput: "BAD_USER_INPUT",
    Unauthenticated: "UNAUTHENTICATED",
    NotFound: "NOT_FOUND",
    FollowerTooSlow: "TOO_SLOW",
}
SENTENCES: dict[type[Exception], str] = {
    Unauthenticated: "Sign in first.",
}
UNSTORABLE = "A value holds something that cannot be stored, such as a NUL character."
MASK = "Something went wrong on our side; the request id helps to find it."


class TellingSchema(Schema):
    """Every error of every operation passes here before it is sent: it gets a code and the request's id, a
    bug is logged and loses its text, and a client's mistake leaves no traceback in our log."""

    def __init__(self, *, rules: Sequence[type[ASTValidationRule]], **parts: Any) -> None:
        """`rules` are what a document must keep beside those of the specification."""
        super().__init__(**parts)
        self.rules = tuple(rules)

    def tell(self, errors: list[GraphQLError], request_id: str | None) -> None:
        """Make errors ready to be sent."""
        for error in errors:
            original = error.original_error
            code = code_of(error)
            if is_unstorable(original):
                code, error.message = "BAD_USER_INPUT", UNSTORABLE
            elif code == "INTERNAL":
                log.error("operation failed", request_id=request_id, path=error.path, exc_info=original)
                error.message = MASK
            elif original is not None and not isinstance(original, GraphQLError):
                error.message = next(
                    (s for kind, s in SENTENCES.items() if isinstance(original, kind)), str(original)
                )
            error.extensions = {"code": code, "requestId": request_id}


def is_unstorable(original: Exception | None) -> bool:
    """A value that PostgreSQL itself refuses, such as a NUL character in a text: the client's mistake."""
    return isinstance(original, OperationalError) and is_unstorable_value(original.__cause__)


def is_unstorable_value(error: BaseException | None) -> bool:
    """The same, as PostgreSQL's client raises it."""
    return isinstance(error, asyncpg.DataError)


def code_of(error: GraphQLError) -> str:
    """BAD_REQUEST for what graphql-core itself refuses: syntax, validation, coercion of variables."""
    original = error.original_error
    if original is None or isinstance(original, GraphQLError):
        return str((error.extensions or {}).get("code", "BAD_REQUEST"))
    return next((code for kind, code in TOLD.items() if isinstance(original, kind)), "INTERNAL")
