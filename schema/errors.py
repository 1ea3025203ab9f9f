from collections.abc import Callable
from typing import TypeVar

import strawberry

from services.errors import Refused

Error = TypeVar("Error")


@strawberry.interface(description="Something the client can put right; nothing was changed.")
class UserError:
    message: str = strawberry.field(description="What is wrong, for people.")
    path: list[str] = strawberry.field(description="The way to the input field, in this schema's names.")


def user_errors(refusal: Refused, error_type: Callable[..., Error]) -> list[Error]:
    """A refusal as a list of the mutation's own error type."""
    return [
        error_type(code=error.code, message=error.message, path=list(error.path)) for error in refusal.errors
    ]
