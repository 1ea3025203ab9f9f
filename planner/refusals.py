"""Every reason why an operation is not planned, where a plan stops at the first."""

from typing import Any

from graphql import GraphQLObjectType, OperationType

from planner.levels.objects import Objects, Spot
from planner.not_planned import NotPlanned
from planner.payloads import payload_plan
from planner.roots import root_of
from planner.selection.selecting import Selected, Selecting


def refusals_of(selecting: Selecting, viewer: Any, placeholder: Any) -> list[str]:
    """As many as can be told apart: below a field that is refused itself there is nothing to ask."""
    is_mutation = selecting.operation.operation is OperationType.MUTATION
    schema = selecting.schema
    root = schema.mutation_type if is_mutation else schema.query_type
    if root is None:
        return []
    objects = _Noting(selecting, viewer, placeholder)
    try:
        for each in selecting.of_root(root):
            objects.note(each, is_mutation=is_mutation)
    except NotPlanned as reason:
        return [str(reason)]
    return list(dict.fromkeys(objects.reasons))


class _Noting(Objects):
    """Notes why a field is not planned, and goes on to the next."""

    def __init__(self, selecting: Selecting, viewer: Any, placeholder: Any) -> None:
        super().__init__(selecting, viewer, placeholder)
        self._of = selecting
        self.reasons: list[str] = []

    def note(self, root: Selected, *, is_mutation: bool) -> None:
        if root.name == "__typename":
            return
        try:
            _ = payload_plan(root, self, self._of) if is_mutation else root_of(root, self, self._of)
        except NotPlanned as reason:
            self._add(root, reason)

    def value(self, spot: Spot, type_: GraphQLObjectType, selected: Selected) -> str:
        try:
            return super().value(spot, type_, selected)
        except NotPlanned as reason:
            self._add(selected, reason)
            return "None"

    def _add(self, selected: Selected, reason: NotPlanned) -> None:
        told, where = str(reason), str(selected)
        self.reasons.append(told if where in told else f"{where}: {told}")
