"""Levels of rows that are named: one by its values, or several by their primary keys."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any

from tortoise.expressions import Q
from tortoise.fields import JSONField
from tortoise.models import Model

from planner.level import TABLE, Level, Loaded
from planner.lists import Asked, Choice, ListLevel, asked_of, continuing
from planner.not_planned import NotPlanned
from planner.parameters import PARENTS, VIEWER, Brought, Parameters, Statement
from planner.run import Run
from planner.statements import Rows, Statements, chain_of, numbered
from planner.tables import column_of, key_of, sql_type_of

BUILDER = 0


@dataclass(frozen=True, slots=True)
class Named:
    """Rows that have these values, and that the predicate lets through."""

    names: tuple[str, ...]
    where: Q | None = field(compare=False)
    """The level's own."""

    def sql(self, level: Level, depth: int, parameters: Parameters, link: str | None) -> str:
        joined = level.joined(parameters)
        conditions = [
            f"{TABLE}.{column_of(level.model, name)} = {parameters.add(Brought(name))}" for name in self.names
        ]
        if self.where is not None:
            conditions.append(f"({parameters.predicate(self.where, level.model, TABLE)})")
        return f"SELECT {numbered(level.columns)} FROM {joined} WHERE {' AND '.join(conditions)}"


@dataclass(frozen=True, slots=True)
class Given:
    """The rows that have these keys."""

    def sql(self, level: Level, depth: int, parameters: Parameters, link: str | None) -> str:
        # The OFFSET keeps it a subselect: as a table among others it could be joined by hash, which loses the
        # order of the lists below.
        source = level.joined(parameters)
        return f"SELECT {numbered(level.columns)} FROM {source} WHERE {level.key} = {link} OFFSET 0"


class NamedLevel(Level):
    """What both have in common."""

    def take(self, rows: Sequence[Any], asked: Sequence[Asked]) -> Loaded:
        """The level's rows out of those of its statement."""
        fused = self.fused
        if fused is None:
            return Loaded(rows)
        if not isinstance(fused.level, ListLevel):
            raise TypeError("only lists are fused")
        place = fused.key_index + self.offset
        groups: dict[Any, list[Any]] = {}
        for row in rows:
            groups.setdefault(row[place], []).append(row)
        own = [group[0] for group in groups.values()]
        return Loaded(own, fused=fused.level.take_below(list(groups.values()), asked))


class OneLevel(NamedLevel):
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

    @property
    def is_at_hand(self) -> bool:
        """Whoever asks is there: where no more than the viewer's key is asked for, it is known."""
        return self._is_viewer and not self.joins and self.own_columns == [key_of(self.model)]

    def statement(self, names: tuple[str, ...], choices: Sequence[Choice]) -> Statement:
        """That for values of these columns."""
        rows: list[Rows] = [Named(names, self._where), *choices]
        return self._statements.of(self, rows, None)

    def statement_of(self, run: Run) -> Statement | None:
        if self.is_at_hand:
            return None
        asked = asked_of(chain_of(self), run)
        return self.statement(tuple(self.by(run)), [each.choice for each in asked])

    async def find(self, run: Run) -> Loaded:
        """Load the row, and what is below it."""
        by = self.by(run)
        if self.is_at_hand:
            loaded = Loaded([] if run.viewer is None else [(run.viewer,)])
            await self.load_below(run, loaded)
            return loaded
        asked = asked_of(chain_of(self), run)
        statement = self.statement(tuple(by), [each.choice for each in asked])
        brought = {VIEWER: run.viewer, **{Brought(name): value for name, value in by.items()}}
        brought |= continuing(asked, 1)
        loaded = self.take(await run.fetch(statement.sql, statement.arguments(brought)), asked)
        await self.load_below(run, loaded)
        return loaded

    def answers(self, loaded: Loaded, run: Run) -> Sequence[Any]:
        return self.objects(loaded, run)[BUILDER]


class GivenLevel(NamedLevel):
    """Rows that are there for certain, such as those that a mutation has just written, by primary key."""

    kind = "rows just written"

    def __init__(self, model: type[Model], statements: Statements, path: str) -> None:
        super().__init__(model, path)
        self._statements = statements

    def statement(self, choices: Sequence[Choice]) -> Statement:
        """Of the level and those fused to it."""
        rows: list[Rows] = [Given(), *choices]
        return self._statements.of(self, rows, self._key_type)

    @cached_property
    def _key_type(self) -> str:
        return sql_type_of(self.model, key_of(self.model))

    def statement_of(self, run: Run) -> Statement | None:
        if self._take:
            return None
        return self.statement([each.choice for each in asked_of(chain_of(self), run)])

    @property
    def is_told_by_rows(self) -> bool:
        """Whether all that is selected of a row are columns of its own, as Python has them."""
        return self._take is not None

    def told_by_rows(self, models: Sequence[Model], run: Run) -> Sequence[Any] | None:
        """What each of these gets, ready for JSON, where they have all of it."""
        take = self._take
        return (
            self.builders[BUILDER]([take(each) for each in models], (), (), run.information) if take else None
        )

    async def load_rows(self, run: Run, models: Sequence[Model]) -> Loaded:
        """Load what is selected of these. Raises NotPlanned for a row that has gone since."""
        if not models:
            return Loaded()
        asked, keys = asked_of(chain_of(self), run), [model.pk for model in models]
        statement = self.statement([each.choice for each in asked])
        brought = {VIEWER: run.viewer, PARENTS: keys} | continuing(asked, 1)
        rows = await run.fetch(statement.sql, statement.arguments(brought))
        loaded = self.take(sorted(rows, key=lambda row: row[-1]), asked)
        if len(loaded.rows) != len(models):
            raise NotPlanned("a row has gone")
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
