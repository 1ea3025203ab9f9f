"""Levels of rows that are named: one by its values, or several by their primary keys."""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from functools import cached_property
from typing import Any

from tortoise.expressions import Q
from tortoise.fields import JSONField
from tortoise.models import Model

from planner.level import TABLE, Level, Loaded
from planner.not_planned import NotPlanned
from planner.parameters import PARENTS, VIEWER, Brought, Parameters, Statement
from planner.recent import Recent
from planner.run import Run
from planner.tables import column_of, key_of, sql_type_of

MAX_STATEMENTS = 16
BUILDER = 0


class OneLevel(Level):
    """The row that the predicate lets through and that has these values, if there is one."""

    def __init__(self, model: type[Model], where: Q | None, placeholder: Any, path: str) -> None:
        super().__init__(model, path)
        self._where, self._placeholder = where, placeholder
        self._statements: Recent[tuple[str, ...], Statement] = Recent(MAX_STATEMENTS)

    def statement(self, names: tuple[str, ...]) -> Statement:
        """That for values of these columns."""
        return self._statements.get_or_make(names, self._row_of)

    def _row_of(self, names: tuple[str, ...]) -> Statement:
        parameters = Parameters(self._placeholder)
        joined = self.joined(parameters)
        conditions = [
            f"{TABLE}.{column_of(self.model, name)} = {parameters.add(Brought(name))}" for name in names
        ]
        if self._where is not None:
            conditions.append(f"({parameters.predicate(self._where, self.model, TABLE)})")
        columns = ", ".join(self.columns) or "1"
        return parameters.statement(f"SELECT {columns} FROM {joined} WHERE {' AND '.join(conditions)}")

    async def find(self, run: Run, by: Mapping[str, Any]) -> Loaded:
        """Load the row, and what is below it."""
        statement = self.statement(tuple(by))
        brought = {VIEWER: run.viewer, **{Brought(name): value for name, value in by.items()}}
        return await self._found(run, await run.fetch(statement.sql, statement.arguments(brought)))

    async def find_viewer(self, run: Run) -> Loaded:
        """Load the viewer's own row, and what is below it. Whoever asks is there: if no more than the key is
        asked for, it is known."""
        if self.joins or self.own_columns != [key_of(self.model)]:
            return await self.find(run, {})
        return await self._found(run, [] if run.viewer is None else [(run.viewer,)])

    async def _found(self, run: Run, rows: Sequence[Any]) -> Loaded:
        loaded = Loaded(rows)
        await self.load_below(run, loaded)
        return loaded

    def answers(self, loaded: Loaded, run: Run) -> Sequence[Any]:
        return self.objects(loaded, run)[BUILDER]


class GivenLevel(Level):
    """Rows that are there for certain, such as those that a mutation has just written, by primary key."""

    def __init__(self, model: type[Model], placeholder: Any, path: str) -> None:
        super().__init__(model, path)
        self._placeholder = placeholder

    def statement(self) -> Statement:
        parameters = Parameters(self._placeholder)
        keys = f"{parameters.add(PARENTS)}::{sql_type_of(self.model, key_of(self.model))}[]"
        columns = ", ".join([*self.columns, "parent.place"])
        return parameters.statement(
            f"SELECT {columns} FROM {self.joined(parameters)} "
            f"JOIN unnest({keys}) WITH ORDINALITY AS parent(key, place) ON parent.key = {self.key}"
        )

    def at_hand(self, models: Sequence[Model]) -> Loaded | None:
        """What is selected of these, where they have all of it."""
        take = self._take
        return Loaded([take(each) for each in models]) if take else None

    async def load_rows(self, run: Run, models: Sequence[Model]) -> Loaded:
        """Load what is selected of these. Raises NotPlanned for a row that has gone since."""
        if not models:
            return Loaded()
        statement, keys = self.statement(), [model.pk for model in models]
        rows = await run.fetch(statement.sql, statement.arguments({VIEWER: run.viewer, PARENTS: keys}))
        if len(rows) != len(models):
            raise NotPlanned("a row has gone")
        loaded = Loaded(sorted(rows, key=lambda row: row[-1]))
        await self.load_below(run, loaded)
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
        return self.objects(loaded, run)[BUILDER]
