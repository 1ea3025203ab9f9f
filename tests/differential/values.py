"""Values for arguments and variables: mostly such as mean something in the world, some of them wrong."""

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias
from uuid import UUID

import orjson
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    is_required_input_field,
)

from schema.node import global_id
from tests.differential.choices import Choices
from tests.differential.world import World

Within: TypeAlias = Callable[[GraphQLInputType, str], Any]


class Word(str):
    """Printed as it is: an enum's value, or a variable with its $."""


def printed(value: Any) -> str:
    """As a literal in a document."""
    if isinstance(value, Word):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {printed(part)}" for name, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(printed(part) for part in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _cursor(*parts: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


NO_ROW = UUID(int=7)
NOWHERE = str(NO_ROW)
BAD_CURSORS = (
    "garbage",
    "",
    "Ä",
    "WzFd",
    "bnVsbA",
    _cursor(2, "created_at", "2026-01-01T00:00:00+00:00", NOWHERE),
    _cursor(1, "created_at", "yesterday", NOWHERE),
    _cursor(1, "created_at", 5, NOWHERE),
    _cursor(1, "created_at", "2026-01-01T00:00:00+00:00", "no-id"),
    _cursor(1, "created_at", None, NOWHERE),
    _cursor(1, "updated_at", "2026-01-01T00:00:00+00:00", NOWHERE),
    _cursor(1, "title", "\0", NOWHERE),
)
ODD_CURSORS = (
    _cursor(1, "created_at", "2026-02-01T00:00:00", NOWHERE),
    _cursor(1, "created_at", "2026-02-01T02:00:00+02:00", NOWHERE),
    _cursor(1, "created_at", "1500-01-01T00:00:00+00:00", NOWHERE),
    _cursor(1, "created_at", "9999-12-31T23:59:59.999999+00:00", NOWHERE.upper()),
)
BAD_IDS = ("garbage", "", "é", "VXBsb2Fk", str(global_id("Nothing", NO_ROW)), "\0")
PARTS_OF_TITLES = ("a", "A", "", "%", "_", "\\", '"', "ü", "Ü", "語", "b", " ", "no such title")
TEXTS = ("x", "Ünï", "A title", "\t")
TEXTS_OF = {
    "contentType": ("video/mp4", "image/png", "text/vtt", "no/such"),
    "filename": ("clip.mp4", "Ünï.mov", "a/b"),
    "publishAt": ("2026-03-02T12:00:00Z", "2026-01-01T00:00:00+02:00"),
    "checksumSha256": ("0" * 64, "x"),
}
ID_TYPES = {
    "uploadId": "Upload",
    "productionId": "Production",
    "spaceId": "Space",
    "publicationId": "Publication",
    "renderId": "Render",
    "userId": "User",
    "ownerId": "User",
    "spaceIds": "Space",
}
# Each picture takes a tenth of a second to be drawn.
DRAWN = ("titlePage", "lowerThirds", "captions", "music")
WRONG_KINDS: tuple[Any, ...] = ("NOPE", -1, 1.5, 2**40, True, [], {"nope": 1}, [None], None)
"""Among these is a wrong one for each type there is."""


class Values:
    """Draws values of input types. `is_wild` allows what is refused when it is looked at.

    What a value is for is told by a hint: the name of the input field, or `first:5` for at most five,
    `after:title` for a cursor of lists by title, `spaceId` for the id of a space.
    """

    def __init__(self, choices: Choices, world: World, *, is_wild: bool) -> None:
        self._choices, self._world, self.is_wild = choices, world, is_wild

    def wild(self, one_in: int = 3) -> bool:
        return self.is_wild and self._choices.chance(one_in)

    def given(self, type_: GraphQLInputType, hint: str, within: "Within | None" = None) -> Any:
        """A value, not null; `within` makes the values inside of it."""
        if isinstance(type_, GraphQLNonNull):
            return self.given(type_.of_type, hint, within)
        within = within or self._inside
        if isinstance(type_, GraphQLList):
            if self._choices.chance(6):
                # One alone stands for a list of one.
                return self.given(type_.of_type, hint)
            return [within(type_.of_type, hint) for _ in range(self._choices.number(4))]
        if isinstance(type_, GraphQLInputObjectType):
            return {
                name: within(field.type, name)
                for name, field in type_.fields.items()
                if is_required_input_field(field) or (name not in DRAWN and self._choices.chance(2))
            }
        if isinstance(type_, GraphQLEnumType):
            return Word(self._choices.one_of(list(type_.values)))
        return self._scalar(type_.name, hint)

    def _inside(self, type_: GraphQLInputType, hint: str) -> Any:
        if not isinstance(type_, GraphQLNonNull) and self._choices.chance(8):
            return None
        return self.given(type_, hint)

    def _scalar(self, type_name: str, hint: str) -> Any:
        if type_name == "Boolean":
            # Most conditions let what they stand at be shown: @include is more frequent than @skip.
            return not self._choices.chance(3)
        if type_name in ("Int", "BigInt"):
            kind, _, most = hint.partition(":")
            return self._first(int(most)) if kind == "first" else self._choices.between(1, 5)
        if type_name == "Float":
            return self._choices.one_of((0, 1.5, -16))
        if type_name == "ID":
            return self._id(ID_TYPES[hint])
        kind, _, column = hint.partition(":")
        return self._after(column) if kind == "after" else self._choices.one_of(self._texts(hint))

    def _first(self, most: int) -> int:
        if self.wild():
            return self._choices.one_of((0, 101, -1, 2**31 - 1))
        return self._choices.between(1, most)

    def _after(self, column: str) -> str:
        if self.wild():
            other = "title" if column == "created_at" else "created_at"
            return self._choices.one_of((*BAD_CURSORS, self._world.cursors[other][0]))
        if column == "created_at" and self._choices.chance(20):
            return self._choices.one_of(ODD_CURSORS)
        return self._choices.one_of(self._world.cursors[column])

    def _id(self, type_name: str) -> str:
        ids = self._world.ids
        if self.wild():
            other = "Space" if type_name != "Space" else "Upload"
            return self._choices.one_of((*BAD_IDS, ids[other][0]))
        if self._choices.chance(12):
            return global_id(type_name, NO_ROW)
        own = self._world.ids_of_first[type_name]
        return self._choices.one_of(own if own and self._choices.number(4) else ids[type_name])

    def _texts(self, hint: str) -> Sequence[str]:
        if hint == "slug":
            return (*self._world.slugs, "no-such-space", "Ü")
        if hint.endswith("Contains"):
            return (*PARTS_OF_TITLES, "\0") if self.is_wild else PARTS_OF_TITLES
        if hint == "email":
            return (*self._world.emails, "nobody@example.org")
        return TEXTS_OF.get(hint, TEXTS)
