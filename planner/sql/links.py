"""How a list's rows belong to the row above: by a column that holds its key, or by that of a row between."""

from dataclasses import dataclass
from functools import cached_property

from tortoise.models import Model

from planner.levels.level import TABLE
from planner.sql.parameters import PARENTS, Brought
from planner.sql.rows_at_hand import RowAtHand, table_as
from planner.sql.statements import Above, Keys
from planner.sql.tables import column_of, foreign_key, key_of, sql_type_of, table_of

BETWEEN = "between"
"""The alias of the row between."""


@dataclass
class Link:
    """Of the rows of `model`, by `column` or `relation.column`; None where nothing is above."""

    model: type[Model]
    name: str | None
    parents: Brought = PARENTS
    """What a run brings of the rows above: PARENTS, or the one key of the only one."""

    @cached_property
    def keys(self) -> Keys | None:
        """Those of the rows above, for a statement that begins with these."""
        if self.name is None:
            return None
        relation, column = self._parts
        holder = foreign_key(self.model, relation)[0] if relation else self.model
        return Keys(self.parents, sql_type_of(holder, column))

    def conditions(self, above: Above | None) -> list[str]:
        """On the rows themselves."""
        relation, column = self._parts
        if above is None or relation:
            return []
        return [f"{TABLE}.{column_of(self.model, column)} = {above.key}"]

    def join(self, above: Above | None) -> str:
        """The row between, after what else there is of FROM."""
        relation, column = self._parts
        if above is None or not relation:
            return ""
        between, on = foreign_key(self.model, relation)
        [(theirs, mine)] = on.items()
        return (
            f" JOIN {table_of(between)} AS {BETWEEN} ON {BETWEEN}.{column_of(between, theirs)} = "
            f"{TABLE}.{column_of(self.model, mine)} AND {BETWEEN}.{column_of(between, column)} = {above.key}"
        )

    def rows_at_hand(self, above: Above | None) -> list[RowAtHand]:
        """The row above, where the same statement reads it, or the one between."""
        relation, column = self._parts
        if above is None:
            return []
        if relation:
            between, on = foreign_key(self.model, relation)
            return [RowAtHand(between, on, table_as(between, BETWEEN))]
        if above.level is None or above.row is None:
            return []
        model = above.level.model
        return [RowAtHand(model, {key_of(model): column}, above.row, known=above.known)]

    @property
    def _parts(self) -> tuple[str, str]:
        """The relation to the row between, or nothing, and the column."""
        relation, _, column = (self.name or "").rpartition(".")
        return relation, column
