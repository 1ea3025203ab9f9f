"""Refusals: what a person or a partner can do wrong. Everything else that is raised is our bug.

Refused
    carries one or more UserError(code, message, path); becomes the payload's `userErrors`
Unauthenticated
    nobody is signed in where somebody must be; becomes a top-level error
BadInput
    an argument no client library should produce (a malformed cursor, `first` out of range); top-level too
NotFound
    what is to be followed is not there for the viewer; top-level, where there is no field to be null
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True)
class UserError:
    """`code` is a member of the operation's own enum; `path` leads to the input field, in GraphQL names."""

    code: Enum
    message: str
    path: tuple[str, ...] = ()


class Refused(Exception):
    def __init__(self, *errors: UserError) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors: Sequence[UserError] = errors


def refuse(code: Enum, message: str, *path: str) -> Refused:
    """One-error refusal: `raise refuse(Code.X, "Why.", "input", "field")`."""
    return Refused(UserError(code, message, path))


class Unauthenticated(Exception):
    """Raised where a signed-in user is needed."""


class BadInput(Exception):
    """Raised for arguments that are wrong in form; its text is shown to the client."""


class NotFound(Exception):
    """Raised for what does not exist for the viewer; its text is shown to the client."""
