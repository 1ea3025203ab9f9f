"""Levels of rows that are named: one by its values, or several by their primary keys."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any

from tortoise.expressions import Q
from tortoise.fields import JSONField
from tortoise.models import Model

from planner.levels.chain import ChainRequest, Loaded
from planner.levels.level import TABLE, Level
from planner.levels.lists import Choice, ListLevel, choices_of, continuing
from planner.not_planned import NotPlanned
from planner.run import Run
from planner.sql.parameters import COLUMN, PARENT, PARENTS, VIEWER, Brought, Statement
from planner.sql.predicates import as_usual
from planner.sql.rows_at_hand import asked_of_rows_at_hand, joined_rows
from planner.sql.statements import Keys, Place, Rows, Selection, Statements
from planner.sql.tables import column_of, key_of, sql_type_of


@dataclass(frozen=True, slots=True)
class Named:
    """Rows that have these values, and that the predicate lets through."""

    names: tuple[str, ...]
    where: Q | None = field(compare=False)
    """The level's own."""

    def selection(self, level: Level, place: Place) -> Selection:
        parameters, assumed = place.parameters, None
        joined = level.joined(parameters)
        conditions = [
            f"{TABLE}.{column_of(level.model, name)} = {parameters.add(value_of(name))}"
            for name in self.names
        ]
        if self.where is not None:
            where, assumed = as_usual(self.where, level.usual if place.as_usual else None, level.model)
            where = asked_of_rows_at_hand(where, joined_rows(level))
            conditions.append(f"({parameters.predicate(where, level.model, TABLE)})")
        return Selection([*level.columns], f"{joined} WHERE {' AND '.join(conditions)}", assumed)


@dataclass(frozen=True, slots=True)
class Given:
    """The rows that have these keys."""

    def selection(self, level: Level, place: Place) -> Selection:
        if place.above is None:
            raise TypeError("rows are given by their keys")
        # The OFFSET keeps it a subselect: as a table among others it could be joined by hash, which loses the
        # order of the lists below.
        source = level.joined(place.parameters)
        return Selection([*level.columns], f"{source} WHERE {level.key} = {place.above.key} OFFSET 0")


def value_of(column: str) -> Brought:
    """What a row is found by."""
    return Brought(f"{COLUMN}{column}")


class OneLevel(Level):
    """The row that the predicate lets through and that has these values, if there is one."""

    kind = "one row"

    def __init__(
        self,
        model: type[Model],
        where: Q | None,
        statements: Statements,
        path: str,
        *,
        is_viewer: bool = False,
    ) -> None:
        super().__init__(model, path)
        self._is_viewer = is_viewer
        self.by: Callable[[Run], Mapping[str, Any]] = lambda run: {}
        """The values that a run finds it by."""
        self._where, self._statements = where, statements

    def settle(self, offset: int = 0) -> None:
        super().settle(offset)
        for child in self.children:
            if isinstance(child.level, ListLevel):
                is_viewers = self._is_viewer and child.key_index == self.own_key_index
                child.level.link.parents = VIEWER if is_viewers else PARENT

    @cached_property
    def is_at_hand(self) -> bool:
        """Whoever asks is there: where no more than the viewer's key is asked for, it is known."""
        return self._is_viewer and not self.joins and self.own_columns == [key_of(self.model)]

    def statement(
        self, names: tuple[str, ...], choices: Sequence[Choice], *, as_usual: bool = False
    ) -> Statement:
        """That for values of these columns."""
        rows: list[Rows] = [Named(names, self._where), *choices]
        return self._statements.of(self, rows, None, as_usual=as_usual)

    def statement_of(self, run: Run) -> Statement | None:
        if self.is_at_hand:
            return None
        return self._statement_for(tuple(self.by(run)), self.chain.request(run), as_usual=False)

    def usual_statement_of(self, run: Run) -> Statement | None:
        if self.is_at_hand:
            return None
        usual = self._statement_for(tuple(self.by(run)), self.chain.request(run), as_usual=True)
        return usual if usual.assumes else None

    def _statement_for(self, names: tuple[str, ...], request: ChainRequest, *, as_usual: bool) -> Statement:
        found = request.statements.get((names, as_usual))
        if found is None:
            found = self.statement(names, choices_of(request.by_level), as_usual=as_usual)
            request.statements[names, as_usual] = found
        return found

    async def find(self, run: Run) -> Loaded:
        """Load the row, and what is below it."""
        request = self.chain.request(run)
        rows: Sequence[Any] = [] if run.viewer is None else [(run.viewer,)]
        if not self.is_at_hand:
            by = self.by(run)
            names = tuple(by)
            brought = {value_of(name): value for name, value in by.items()}
            brought |= {VIEWER: run.viewer} | continuing(request.by_level)
            rows = await self.chain.usually.rows(
                run, lambda as_usual: self._statement_for(names, request, as_usual=as_usual), brought
            )
        loaded = Loaded([rows], asked=request.by_level)
        await self.chain.load_further(run, loaded, [None])
        return loaded

    def answers(self, loaded: Loaded, run: Run) -> Sequence[Any]:
        """The row's, if there is one."""
        answers: Sequence[Any] = self.chain.answers(loaded, run)[0]
        return answers


class GivenLevel(Level):
    """Rows that are there for certain, such as those that a mutation has just written, by primary key."""

    kind = "rows just written"

    def __init__(self, model: type[Model], statements: Statements, path: str) -> None:
        super().__init__(model, path)
        self._statements = statements

    def statement(self, choices: Sequence[Choice]) -> Statement:
        """Of the level and those fused to it."""
        rows: list[Rows] = [Given(), *choices]
        return self._statements.of(self, rows, self._keys)

    @cached_property
    def _keys(self) -> Keys:
        return Keys(PARENTS, sql_type_of(self.model, key_of(self.model)))

    def statement_of(self, run: Run) -> Statement | None:
        if self._take:
            return None
        return self.statement(choices_of(self.chain.request(run).by_level))

    @property
    def is_told_by_rows(self) -> bool:
        """Whether all that is selected of a row are columns of its own, as Python has them."""
        return self._take is not None

    def told_by_rows(self, models: Sequence[Model], run: Run) -> Sequence[Any] | None:
        """What each of these gets, ready for JSON, where they have all of it."""
        take = self._take
        if take is None:
            return None
        return self.answers(Loaded([[take(each)] for each in models], asked=[None]), run)

    async def load_rows(self, run: Run, models: Sequence[Model]) -> Loaded:
        """Load what is selected of these. Raises NotPlanned for a row that has gone since."""
        asked, keys = self.chain.request(run).by_level, [model.pk for model in models]
        groups: list[list[Any]] = [[] for _ in keys]
        if models:
            statement = self.statement(choices_of(asked))
            brought = {VIEWER: run.viewer, PARENTS: keys} | continuing(asked)
            for row in await run.fetch(statement.sql, statement.arguments(brought)):
                groups[row[-1] - 1].append(row)
        if not all(groups):
            raise NotPlanned("a row has gone")
        loaded = Loaded(groups, asked=asked)
        await self.chain.load_further(run, loaded, keys)
        return loaded

    @cached_property
    def _take(self) -> Callable[[Model], Sequence[Any]] | None:
        """Makes a row of a model; None where the database must be asked."""
        names = self.own_columns
        if self.joins or self.children or self.awaited:
            return None
        if any(isinstance(self.model._meta.fields_map[name], JSONField) for name in names):
            return None

        def take(model: Model) -> Sequence[Any]:
            values = [getattr(model, name) for name in names]
            return [value.value if isinstance(value, Enum) else value for value in values]

        return take

    def answers(self, loaded: Loaded, run: Run) -> Sequence[Any]:
        return [answer for [answer] in self.chain.answers(loaded, run)]
