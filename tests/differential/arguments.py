"""Arguments of fields: literals, variables, null, or nothing."""

from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    get_nullable_type,
    is_required_argument,
)

from tests.differential.choices import Choices
from tests.differential.values import Values, Word, printed
from tests.differential.variables import Variables

MOST_ROWS = 16
"""Of one list's items in an answer, about."""
WHOLE_PAGE = 20
"""How many rows a list tells where `first` is not given."""
MOST_FIRST = 4
ROWS_OF_A_PLAIN_LIST = 2
# What node ids lead to: first what has the most below it.
NODES = ("Upload", "Production", "Space", "Publication", "Upload", "Production", "Render", "User")


@dataclass(slots=True)
class Arguments:
    choices: Choices
    values: Values
    variables: Variables
    used: set[str] = field(default_factory=set)
    """The names of the variables in the last arguments."""
    likely: str | None = None
    """The type that the last id given to `node` leads to."""

    def of(self, name: str, field: GraphQLField, rows: int) -> tuple[str, int]:
        """In parentheses, and how many rows the field leads to at most, from so many."""
        self.used = set()
        told: dict[str, Any] = {}
        if "first" in field.args:
            rows *= self._page(told, field, rows)
        elif isinstance(get_nullable_type(field.type), GraphQLList) and name not in ("nodes", "edges"):
            rows *= ROWS_OF_A_PLAIN_LIST
        for key, hint in self._others(name, field).items():
            told[key] = self._value(field.args[key].type, hint)
        if self.choices.chance(4):
            told = dict(reversed(told.items()))
        text = ", ".join(f"{key}: {printed(value)}" for key, value in told.items())
        return (f"({text})" if text else ""), rows

    def _others(self, name: str, field: GraphQLField) -> dict[str, str]:
        """Which arguments are given beside those of a page, and what they are for."""
        if name == "space" and "slug" in field.args and not self.values.wild():
            # Exactly one of the two is asked for.
            return self.choices.one_of(({"id": "spaceId"}, {"slug": "slug"}))
        return {
            key: self._id_hint(name) if key == "id" else key
            for key, argument in field.args.items()
            if key not in ("first", "after", "orderBy")
            and (is_required_argument(argument) or self.choices.chance(3))
        }

    def _id_hint(self, name: str) -> str:
        if name != "node":
            return f"{name}Id"
        self.likely = self.choices.one_of(NODES)
        return f"{self.likely.lower()}Id"

    def _page(self, told: dict[str, Any], field: GraphQLField, rows: int) -> int:
        """`first`, `after` and `orderBy`, which belong together; how many rows there are of each parent."""
        first, column = WHOLE_PAGE, "created_at"
        if rows > 1 or self.choices.number(4):
            first = max(1, min(MOST_FIRST, MOST_ROWS // rows))
            # Without a value it would be a whole page: no null, nor a variable that may be left out.
            told["first"] = self._value(GraphQLNonNull(field.args["first"].type), f"first:{first}")
        elif self.choices.chance(3):
            told["first"] = None
        order = field.args.get("orderBy")
        if order is not None and self.choices.chance(2):
            told["orderBy"] = self.values.given(order.type, "orderBy")
            column = "title" if told["orderBy"].startswith("TITLE") else column
        if self.choices.chance(5):
            told["after"] = self._value(field.args["after"].type, f"after:{column}")
        elif order is not None and "orderBy" not in told and self.choices.chance(3):
            told["orderBy"] = self._variable(order.type, "orderBy", has_default=True)
        return first

    def _value(self, type_: GraphQLInputType, hint: str) -> Any:
        """A literal, with variables in it at times, or a variable, or null."""
        if self.choices.chance(4):
            return self._variable(type_, hint)
        if not isinstance(type_, GraphQLNonNull) and self.choices.chance(8):
            return None
        return self.values.given(type_, hint, self._value)

    def _variable(self, type_: GraphQLInputType, hint: str, *, has_default: bool = False) -> Word:
        word = self.variables.used(type_, hint, has_default=has_default)
        self.used.add(word[1:])
        return word
