"""Answers the queries of a schema by plans; what plans cannot cover is left to graphql-core, and counted."""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    Visitor,
    visit,
)
from graphql.execution.collect_fields import FragmentDetails

from planner.not_planned import NotPlanned
from planner.plan import Plan, plan_of
from planner.recent import Recent
from planner.run import Fetch, Information, Run
from planner.selecting import Selecting
from planner.variables import VariableReader

MAX_PLANS = 32
"""Of one operation: for each kind of viewer, and what @skip and @include may be."""


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


class PlannedOperation:
    """An operation of a valid document, and its plans as far as they were asked for."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
    ) -> None:
        self.operation = operation
        self.fragments = {
            node.name.value: FragmentDetails(node)
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self.variables = VariableReader(schema, operation)
        self.plans: Recent[Hashable, Plan | str] = Recent(MAX_PLANS)
        """Or why there is none."""
        conditions = _Conditions()
        visit(document, conditions)
        self.conditions = tuple(sorted(conditions.variables))

    @property
    def is_query(self) -> bool:
        return self.operation.operation is OperationType.QUERY


class Planner:
    """One for a schema."""

    def __init__(
        self,
        schema: GraphQLSchema,
        subject: Subject,
        fetch: Fetch,
        on_error: Callable[[Exception], None],
    ) -> None:
        """`on_error` hears what a plan raised, a client's mistake or a bug, before graphql-core is asked the
        same; where that makes no sense, since the database is away, it raises."""
        self._schema, self._subject, self._fetch, self._on_error = schema, subject, fetch, on_error
        self.counts = Counts()

    def operation(self, document: DocumentNode, operation: OperationDefinitionNode) -> PlannedOperation:
        """To be kept with the document."""
        return PlannedOperation(self._schema, document, operation)

    async def payload(
        self, operation: PlannedOperation, variables: Mapping[str, Any], context: Any
    ) -> bytes | None:
        """A query's result as JSON; None where graphql-core is to be asked. Raises what `on_error` raises."""
        try:
            plan, run = self._begin(operation, variables, context)
            payload = await plan.payload(run)
        except NotPlanned as reason:
            self.counts.fell_back[str(reason)] += 1
            return None
        except Exception as error:
            self._on_error(error)
            self.counts.fell_back[f"raised {type(error).__name__}"] += 1
            return None
        self.counts.planned += 1
        return payload

    def plan(self, operation: PlannedOperation, variables: Any, kind: Hashable) -> Plan:
        """The plan for a kind of viewer and coerced variables. Raises NotPlanned."""
        flags = tuple(variables.coerced.get(name) for name in operation.conditions)
        found = operation.plans.get_or_make(
            (kind, flags), lambda _: self._plan_of(operation, variables, kind)
        )
        if isinstance(found, str):
            raise NotPlanned(found)
        return found

    def _begin(
        self, operation: PlannedOperation, variables: Mapping[str, Any], context: Any
    ) -> tuple[Plan, Run]:
        if not operation.is_query:
            raise NotPlanned("no query")
        coerced = operation.variables.read(variables)
        if isinstance(coerced, list):
            raise NotPlanned("variables that do not fit")
        plan = self.plan(operation, coerced, self._subject.kind_of(context))
        return plan, Run(self._subject.value_of(context), coerced, self._fetch, Information(context))

    def _plan_of(self, operation: PlannedOperation, variables: Any, kind: Hashable) -> Plan | str:
        selecting = Selecting(self._schema, operation.fragments, variables, operation.operation)
        try:
            return plan_of(selecting, self._subject.symbol_of(kind), self._subject.placeholder)
        except NotPlanned as reason:
            return str(reason)


class _Conditions(Visitor):
    """The variables that say what is selected."""

    def __init__(self) -> None:
        super().__init__()
        self.variables: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        for argument in node.arguments or ():
            if isinstance(argument.value, VariableNode):
                self.variables.add(argument.value.name.value)
