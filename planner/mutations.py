"""A mutation carried out as graphql-core does it, step by step (GraphQL, section 6.2.2): its fields in order,
each resolver once, whatever comes of it.

Arguments and payloads are read by functions of ours, as long as all goes well. As soon as it does not, that
step is graphql-core's: nothing is done twice, and each error is worded and placed by it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import ExecutionResult, GraphQLError, GraphQLField, GraphQLObjectType
from graphql.execution.collect_fields import FieldDetailsList
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path, Undefined

from planner.executor import Execution
from planner.levels.objects import Objects
from planner.needed import MutationInfo, Needed
from planner.not_planned import NotPlanned
from planner.payloads import PayloadPlan, payload_plan
from planner.run import Run
from planner.selection.selecting import Selected, Selecting
from planner.values.arguments import ArgumentReader
from planner.values.hastened_resolvers import HastenedResolver

Heard = Callable[[Exception | None], None]
"""Hears that a payload was read by its plan, or why graphql-core completes it."""
NOTHING_KNOWN: Needed = {}


class MutationPlan:
    """How the fields of a mutation are carried out."""

    def __init__(self, fields: Sequence["MutationField | Constant"]) -> None:
        self._fields = fields
        self.payloads = {each.key: each.payload for each in fields if isinstance(each, MutationField)}
        """How they are read, by response key; or why one is not."""

    async def carry_out(self, execution: Execution, run: Run, heard: Heard) -> ExecutionResult:
        """To be called once: what it does is done."""
        data: dict[str, Any] = {}
        try:
            for each in self._fields:
                data[each.key] = await each.answer(execution, run, heard)
        except GraphQLError as error:
            # Of a field that must not be null.
            execution.executor.collected_errors.add(error, None)
            return ExecutionResult(None, execution.errors)
        return ExecutionResult(data, execution.errors)


@dataclass(frozen=True, slots=True)
class Constant:
    """`__typename`."""

    key: str
    value: str

    async def answer(self, execution: Execution, run: Run, heard: Heard) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class MutationField:
    key: str
    parent: GraphQLObjectType
    field: GraphQLField
    details: FieldDetailsList
    resolver: HastenedResolver | None
    """None where Strawberry's own is called."""
    arguments: ArgumentReader | None
    payload: PayloadPlan | str

    async def answer(self, execution: Execution, run: Run, heard: Heard) -> Any:
        """Ready for JSON. Raises the error of a field that must not be null."""
        path = Path(None, self.key, self.parent.name)
        try:
            needed = NOTHING_KNOWN if isinstance(self.payload, str) else self.payload.needed
            info = execution.info(self.field, [each.node for each in self.details], self.parent, path, needed)
            resolved = self._resolved(execution, info)
            if info.is_awaitable(resolved):
                resolved = await resolved
            return await self._completed(execution, info, path, resolved, run, heard)
        except Exception as error:
            execution.executor.handle_field_error(error, self.field.type, self.details, path)
            return None

    def _resolved(self, execution: Execution, info: MutationInfo) -> Any:
        if self.resolver is not None and self.arguments is not None:
            try:
                handed = self.arguments.read(info.variable_values)
            except Exception:  # noqa: S110 - graphql-core meets it again and words it
                pass
            else:
                return self.resolver.call(None, info, handed)
        executor, first = execution.executor, self.details[0]
        resolve = self.field.resolve or executor.field_resolver
        given = get_argument_values(
            self.field,
            first.node,
            info.variable_values,
            first.fragment_variable_values,
            executor.hide_suggestions,
        )
        return resolve(executor.root_value, info, **given)

    async def _completed(
        self,
        execution: Execution,
        info: MutationInfo,
        path: Path,
        resolved: Any,
        run: Run,
        heard: Heard,
    ) -> Any:
        if not (resolved is None or resolved is Undefined or isinstance(resolved, Exception)):
            try:
                if isinstance(self.payload, str):
                    raise NotPlanned(self.payload)
                data = await self.payload.data(resolved, run)
            except Exception as error:
                heard(error)
            else:
                heard(None)
                return data
        executor = execution.executor
        completed = executor.complete_value(self.field.type, self.details, info, path, resolved, None)
        return await completed if executor.is_awaitable(completed) else completed


def mutation_plan_of(selecting: Selecting, viewer: Any, placeholder: Any) -> MutationPlan:
    """The plan of a mutation, for one kind of viewer. Raises NotPlanned."""
    root = selecting.schema.mutation_type
    if root is None:
        raise TypeError("the schema has no mutations")
    objects = Objects(selecting, viewer, placeholder)
    return MutationPlan([_field(each, objects, selecting) for each in selecting.of_root(root)])


def _field(selected: Selected, objects: Objects, selecting: Selecting) -> MutationField | Constant:
    if selected.name == "__typename":
        return Constant(selected.key, selected.parent.name)
    field, details = selected.field, selected.details
    payload: PayloadPlan | str
    try:
        payload = payload_plan(selected, objects, selecting)
    except NotPlanned as reason:
        payload = str(reason)
    resolver = field.resolve if isinstance(field.resolve, HastenedResolver) else None
    arguments = ArgumentReader(selecting.schema, field, details[0].node) if resolver else None
    return MutationField(selected.key, selected.parent, field, details, resolver, arguments, payload)
