"""What a plan does, in words: its levels, statements and cost, or why there is none."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError, OperationType, VariableValues

from planner.levels.level import Called, Level
from planner.not_planned import NotPlanned
from planner.operation import PlannedOperation
from planner.planner import Planner
from planner.readable import readable
from planner.refusals import refusals_of
from planner.run import Information, Run
from planner.sql.parameters import COLUMN, PARENT, PARENTS, VIEWER, Brought, Statement

STEP = "  "
Costs = Mapping[str, Sequence[str]]
"""What PostgreSQL says of a statement, by its text."""


class VariablesDoNotFit(ValueError):
    """The values that were given for an operation's variables."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__(" ".join(error.message for error in errors))


@dataclass
class Explanation:
    """Of one operation, for one kind of viewer and these variables."""

    levels: list[str] = field(default_factory=list)
    """The tree of levels, a line each, each followed by what is made of its columns."""
    statements: list[Statement] = field(default_factory=list)
    """In the order of their numbers among the levels."""
    reasons: list[str] = field(default_factory=list)
    """Why it is left to graphql-core: a query whole, of a mutation the payloads that these name."""

    def text(self, costs: Costs | None = None) -> str:
        """For people. Where there are costs, a statement that they lack was not carried out."""
        lines = list(self.levels)
        if self.reasons:
            lines += ["left to graphql-core:", *(f"{STEP}{reason}" for reason in self.reasons)]
        lines.append(f"statements: {len(self.statements)}")
        for number, statement in enumerate(self.statements, 1):
            lines += ["", *_told(number, statement)]
            if costs is not None:
                of_it = costs.get(statement.sql, ["not carried out"])
                lines += ["", *(f"{STEP}{line}" for line in of_it)]
        return "\n".join(lines)


def explained(
    planner: Planner, operation: PlannedOperation, variables: Mapping[str, Any], kind: Hashable
) -> Explanation:
    """What would be done for a viewer of that kind. Carries out nothing. Raises VariablesDoNotFit."""
    values = coerced(operation, variables)
    if operation.operation.operation is OperationType.SUBSCRIPTION:
        return Explanation(reasons=["subscriptions are not planned"])
    run = Run(None, values, planner.connect, Information(None))
    told = _Telling(run)
    try:
        if operation.is_mutation:
            _tell_payloads(told, planner, operation, values, kind)
        else:
            for root in planner.plan(operation, values, kind).roots:
                told.root(root.key, root.reached(run) if root.reached else root.levels)
    except NotPlanned as reason:
        found = refusals_of(planner.selecting(operation, values), *planner.viewer_of(kind))
        return Explanation(reasons=found or [str(reason)])
    except Exception as error:
        # As in a plan: what the application's own code refuses is told by graphql-core.
        return Explanation(reasons=[f"raised {type(error).__name__}: {error}"])
    return told.explanation


def coerced(operation: PlannedOperation, variables: Mapping[str, Any]) -> VariableValues:
    """The values of its variables. Raises VariablesDoNotFit."""
    values = operation.variables.read(variables)
    if isinstance(values, list):
        raise VariablesDoNotFit(values)
    return values


def _tell_payloads(
    told: "_Telling", planner: Planner, operation: PlannedOperation, values: VariableValues, kind: Hashable
) -> None:
    plan = planner.mutation_plan(operation, values, kind)
    for key, payload in plan.payloads.items():
        if not isinstance(payload, str):
            told.root(key, payload.levels)
    if any(isinstance(payload, str) for payload in plan.payloads.values()):
        selecting = planner.selecting(operation, values)
        told.explanation.reasons += refusals_of(selecting, *planner.viewer_of(kind))


class _Telling:
    """Writes down levels as it comes to them."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.explanation = Explanation()

    def root(self, key: str, levels: Sequence[Level]) -> None:
        self.explanation.levels.append(key)
        for level in levels:
            self._level(level, STEP, None)

    def _level(self, level: Level, indent: str, read_by: int | None) -> None:
        """`read_by` is the statement's number, where it is that of the level above."""
        otherwise = None
        if read_by is None:
            usual = self._number(level.usual_statement_of(self._run))
            read_by = self._number(level.statement_of(self._run))
            read_by, otherwise = (usual, read_by) if usual else (read_by, None)
        counted_by = self._number(level.count_of(self._run))
        how = [f"{level.kind} of {level.model.__name__}"]
        how += [f"by statement {read_by}"] if read_by else []
        how += [f"by statement {otherwise} where what is usual is not so"] if otherwise else []
        how += [f"counted by statement {counted_by}"] if counted_by else []
        how += [] if read_by or counted_by else ["without a statement"]
        lines = self.explanation.levels
        lines.append(f"{indent}{level.path}: {', '.join(how)}")
        for join in level.joins:
            lines.append(f"{indent}{STEP}joined: {join.model.__name__} as {join.alias}")
        for called in level.called:
            lines.append(f"{indent}{STEP}{_called(called)}")
        for child in level.children:
            is_fused = child is level.fused
            self._level(child.level, indent + STEP, read_by if is_fused else None)

    def _number(self, statement: Statement | None) -> int | None:
        if statement is None:
            return None
        self.explanation.statements.append(statement)
        return len(self.explanation.statements)


def _called(called: Called) -> str:
    how = "awaited" if called.is_awaited else "computed"
    return f"{how}: {called.field} of {', '.join(called.columns) or 'no column'}"


def _told(number: int, statement: Statement) -> list[str]:
    laid_out = [f"{STEP}{line}" for line in readable(statement.sql).split("\n")]
    places = [f"{STEP}${place}: {_value(value)}" for place, value in enumerate(statement.values, 1)]
    return [f"statement {number}", *laid_out, *places]


def _value(value: Any) -> str:
    if not isinstance(value, Brought):
        return f"constant {value!r}"
    if value == VIEWER:
        return "the viewer"
    if value == PARENTS:
        return "the keys of the rows above"
    if value == PARENT:
        return "the key of the row above"
    depth_of_cursor, is_cursor, part = value.name.partition(": ")
    if is_cursor:
        return f"the cursor's {part}, of list {depth_of_cursor.removeprefix('after ')} of the statement"
    return f"the {value.name.removeprefix(COLUMN)} that is asked for"


async def analyzed(
    planner: Planner, operation: PlannedOperation, variables: Mapping[str, Any], context: Any
) -> Costs:
    """Carry out a query's statements for whoever asks in that context, each followed by EXPLAIN ANALYZE of it
    with the same parameters; nothing is made of the rows. Statements below no rows are not carried out, nor
    those for what is not usual, where all is. What awaited fields read by themselves is not among it. Raises
    VariablesDoNotFit, NotPlanned, what the application's reading of arguments raises, and what the database
    raises."""
    values = coerced(operation, variables)
    plan = planner.plan(operation, values, planner.subject.kind_of(context))
    run, costs = planner.run(values, context), dict[str, Sequence[str]]()
    async with planner.connect() as fetch:

        async def explaining(sql: str, arguments: Sequence[Any]) -> Sequence[Any]:
            told = await fetch(f"EXPLAIN (ANALYZE, BUFFERS) {sql}", arguments)
            costs[sql] = [row[0] for row in told]
            return await fetch(sql, arguments)

        run.fetch = explaining
        await plan.load(run)
    return costs
