"""Answers the queries of a schema by plans; what plans cannot cover is left to graphql-core, and counted."""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any, TypeVar

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableValues,
)

from planner.executor import Execution
from planner.mutations import MutationPlan, mutation_plan_of
from planner.not_planned import NotPlanned
from planner.operation import PlannedOperation
from planner.plan import Plan, plan_of
from planner.recent import Recent
from planner.run import Connect, Information, Run
from planner.selection.selecting import Selecting
from planner.sql.statements import MAX_BYTES as STATEMENTS_BYTES
from planner.values.hastened_resolvers import hasten

MAX_BYTES = 128 * 1024 * 1024
"""Of all plans, for each kind of viewer and what @skip and @include may be."""
# As measured with tracemalloc: a parsed document takes 200 bytes a character at most, and its plan 100.
BYTES_A_CHARACTER, MAX_LENGTH = 300, 32 * 1024

Compiled = TypeVar("Compiled", Plan, MutationPlan)


PlanKey = tuple[PlannedOperation, Hashable, tuple[Hashable, ...]]


@dataclass(frozen=True)
class Subject:
    """Who asks, as far as predicates know. `placeholder` stands for what tells one viewer from another of
    the same kind, such as a user's id: it must be a value that none has."""

    placeholder: Any
    kind_of: Callable[[Any], Hashable]
    """Of a context: viewers of one kind share a plan."""
    symbol_of: Callable[[Hashable], Any]
    """A viewer of that kind with the placeholder, for predicates."""
    value_of: Callable[[Any], Any]
    """Of a context: what the placeholder stands for."""


@dataclass
class Counts:
    """How many operations were answered by a plan, and why the others were not."""

    planned: int = 0
    fell_back: Counter[str] = field(default_factory=Counter)


class Planner:
    """One for a schema."""

    def __init__(
        self,
        schema: GraphQLSchema,
        subject: Subject,
        connect: Connect,
        on_error: Callable[[Exception], None],
    ) -> None:
        """`on_error` hears what a plan raised, a client's mistake or a bug, before graphql-core is asked the
        same; where that makes no sense, since the database is away, it raises."""
        self.schema, self.subject, self.connect = schema, subject, connect
        self._on_error = on_error
        self.counts = Counts()
        heaviest = STATEMENTS_BYTES + MAX_LENGTH * BYTES_A_CHARACTER
        self._plans: Recent[PlanKey, Plan | MutationPlan | str] = Recent(MAX_BYTES, heaviest, _weight_of)
        hasten(schema)

    def operation(self, document: DocumentNode, operation: OperationDefinitionNode) -> PlannedOperation:
        """To be kept with the document."""
        return PlannedOperation(self.schema, document, operation)

    async def payload(
        self, operation: PlannedOperation, variables: Mapping[str, Any], context: Any
    ) -> bytes | None:
        """A query's result as JSON; None where graphql-core is to be asked, as for every mutation. Raises
        what `on_error` raises."""
        try:
            coerced = operation.variables.read(variables)
            if isinstance(coerced, list):
                raise NotPlanned("variables that do not fit")
            plan = self.plan(operation, coerced, self.subject.kind_of(context))
            payload = await plan.payload(self.run(coerced, context))
        except Exception as error:
            self._fall_back(error)
            return None
        self.counts.planned += 1
        return payload

    async def data(
        self, operation: PlannedOperation, variables: Mapping[str, Any], context: Any
    ) -> dict[str, Any] | None:
        """A query's data, of what JSON knows alone, as graphql-core makes it; else the same as `payload`."""
        payload = await self.payload(operation, variables, context)
        if payload is None:
            return None
        data: dict[str, Any] = orjson.loads(payload)["data"]
        return data

    async def executed(
        self, operation: PlannedOperation, variables: Mapping[str, Any], context: Any
    ) -> ExecutionResult:
        """By graphql-core; a mutation's payloads are read by plans as far as they go."""
        coerced = operation.variables.read(variables)
        if isinstance(coerced, list):
            return ExecutionResult(None, coerced)
        execution = Execution(self.schema, operation, coerced, context)
        if operation.is_mutation:
            plan = self._mutation_plan(operation, coerced, context)
            if plan is not None:
                return await plan.carry_out(execution, self.run(coerced, context), self._count)
        result: Any = execution.executor.execute_operation()
        found: ExecutionResult = await result if isawaitable(result) else result
        return found

    def plan(self, operation: PlannedOperation, variables: VariableValues, kind: Hashable) -> Plan:
        """The plan of a query, for a kind of viewer. Raises NotPlanned."""
        return self._kept(operation, variables, kind, plan_of)

    def mutation_plan(
        self, operation: PlannedOperation, variables: VariableValues, kind: Hashable
    ) -> MutationPlan:
        """The plan of a mutation's payloads. Raises NotPlanned."""
        return self._kept(operation, variables, kind, mutation_plan_of)

    def selecting(self, operation: PlannedOperation, variables: VariableValues) -> Selecting:
        """What these variables say is selected."""
        return Selecting(self.schema, operation.fragments, variables, operation.operation)

    def viewer_of(self, kind: Hashable) -> tuple[Any, Any]:
        """A viewer of that kind, for predicates, and the placeholder in it."""
        return self.subject.symbol_of(kind), self.subject.placeholder

    def run(self, variables: VariableValues, context: Any) -> Run:
        """An execution for whoever asks in that context."""
        return Run(self.subject.value_of(context), variables, self.connect, Information(context))

    def _mutation_plan(
        self, operation: PlannedOperation, variables: VariableValues, context: Any
    ) -> MutationPlan | None:
        """None where graphql-core is to carry it out by itself."""
        try:
            return self.mutation_plan(operation, variables, self.subject.kind_of(context))
        except Exception as error:
            self._count(error)
            return None

    def _count(self, error: Exception | None) -> None:
        """What became of a mutation's payload. It has been carried out: what can be told of it is told,
        whatever is away."""
        if error is None:
            self.counts.planned += 1
        else:
            with suppress(type(error)):
                self._fall_back(error)

    def _fall_back(self, error: Exception) -> None:
        if isinstance(error, NotPlanned):
            self.counts.fell_back[str(error)] += 1
            return
        self.counts.fell_back[f"raised {type(error).__name__}"] += 1
        self._on_error(error)

    def _kept(
        self,
        operation: PlannedOperation,
        variables: VariableValues,
        kind: Hashable,
        compile: Callable[[Selecting, Any, Any], Compiled],
    ) -> Compiled:
        """Compiled once for a kind of viewer and what @skip and @include say. Raises NotPlanned."""
        flags = tuple(variables.coerced.get(name) for name in operation.conditions)

        def made(_: Hashable) -> Any:
            try:
                return compile(self.selecting(operation, variables), *self.viewer_of(kind))
            except NotPlanned as reason:
                return str(reason)

        found: Any = self._plans.get_or_make((operation, kind, flags), made)
        if isinstance(found, str):
            raise NotPlanned(found)
        plan: Compiled = found
        return plan


def _weight_of(key: PlanKey, plan: object) -> int:
    return STATEMENTS_BYTES + key[0].length * BYTES_A_CHARACTER
