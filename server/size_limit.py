"""How much one document may ask for."""

import sys
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    ValidationRule,
    validate,
)


@dataclass(frozen=True, slots=True)
class Size:
    """How deep an operation's fields nest, and how many have aliases."""

    depth: int
    aliases: int


class SizeLimit(ValidationRule):
    """Limits how deep fields nest, introspection apart, and how many have aliases.

    Each definition is walked once, and fragments are added up in the order of their use. Strawberry's own
    limiters follow every spread again: thirty fragments that spread the next one twice keep them for hours.
    """

    max_depth: int
    max_aliases: int

    def __init__(self, context: Any) -> None:
        super().__init__(context)
        self._operations: list[_Part] = []
        self._fragments: dict[str, _Part] = {}
        self._part = _Part("")
        self._depth = self._introspections = 0

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        self._part = _Part(node.name.value if node.name else "The operation")
        self._operations.append(self._part)

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: Any) -> None:
        self._part = self._fragments[node.name.value] = _Part(node.name.value)

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        if node.alias is not None:
            self._part.aliases += 1
        if node.selection_set is None:
            return
        if self._introspections or node.name.value.startswith("__"):
            self._introspections += 1
        else:
            self._depth += 1
            self._part.depth = max(self._part.depth, self._depth)

    def leave_field(self, node: FieldNode, *_: Any) -> None:
        if node.selection_set is None:
            return
        if self._introspections:
            self._introspections -= 1
        else:
            self._depth -= 1

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
        self._part.spreads.append((node.name.value, None if self._introspections else self._depth))

    def leave_document(self, *_: Any) -> None:
        uses = {name: {used for used, _ in part.spreads} for name, part in self._fragments.items()}
        try:
            order = [*TopologicalSorter(uses).static_order()]
        except CycleError:
            # The specification's own rule refuses it, as it does spreads of what is not there.
            return
        for name in order:
            if name in self._fragments:
                self._add_spreads(self._fragments[name])
        for operation in self._operations:
            self._add_spreads(operation)
        for operation in self._operations:
            if operation.depth > self.max_depth:
                message = f"{operation.name} is nested deeper than the depth of {self.max_depth} allowed."
                self.report_error(GraphQLError(message))
        if sum(operation.aliases for operation in self._operations) > self.max_aliases:
            self.report_error(GraphQLError(f"A document has at most {self.max_aliases} aliases."))

    def _add_spreads(self, part: "_Part") -> None:
        for name, depth in part.spreads:
            fragment = self._fragments.get(name)
            if fragment is None:
                continue
            if depth is not None:
                part.depth = max(part.depth, depth + fragment.depth)
            # More than too many is not counted: doubled a hundred times it would be a long number.
            part.aliases = min(part.aliases + fragment.aliases, self.max_aliases + 1)


def sizes_of(schema: GraphQLSchema, document: DocumentNode) -> list[Size]:
    """Of each operation of a document that keeps the limits, as they are counted."""
    sizes: list[Size] = []

    class Measured(SizeLimit):
        max_depth = max_aliases = sys.maxsize

        def leave_document(self, *_: Any) -> None:
            super().leave_document()
            sizes.extend(Size(each.depth, each.aliases) for each in self._operations)

    validate(schema, document, [Measured])
    return sizes


def size_limit(*, max_depth: int, max_aliases: int) -> type[SizeLimit]:
    """The rule with its limits."""
    return type("LimitedSize", (SizeLimit,), {"max_depth": max_depth, "max_aliases": max_aliases})


@dataclass
class _Part:
    """What an operation or a fragment holds; at first by itself."""

    name: str
    depth: int = 0
    aliases: int = 0
    spreads: list[tuple[str, int | None]] = field(default_factory=list)
    """Each fragment used, and how deep; None inside introspection."""
