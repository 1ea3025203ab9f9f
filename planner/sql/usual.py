"""What is usually so is read as if it were, with a column that tells whether it was.

Half of a predicate such as "one's own, or shown to one" looks at other tables. PostgreSQL sets up what that
takes at each execution, needed or not, and of a small statement it is a third. Where it is declared by which
of the alternatives rows are usually seen, a statement leaves all of them out, and selects at the end of each
row whether that one is true of the rows in it. If so, the predicate lets all of them through; if not, nothing
of the answer is used, and the statement that asks for everything is carried out.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from planner.run import Run
from planner.sql.parameters import Brought, Statement

WHOLE_FOR = 100
"""So many runs ask for everything at once after one in which the usual was not so."""


class Usually:
    """Which of its two statements a chain is read by."""

    def __init__(self) -> None:
        self._whole_for = 0

    async def rows(
        self, run: Run, statement: Callable[[bool], Statement], brought: Mapping[Brought, Any]
    ) -> Sequence[Any]:
        """Those of the statement for the usual, where it is usual, else of the one for everything."""
        asked = statement(self._whole_for == 0)
        rows = await run.fetch(asked.sql, asked.arguments(brought))
        if not asked.assumes:
            self._whole_for = max(0, self._whole_for - 1)
            return rows
        for row in rows:
            if not row[-1]:
                break
        else:
            return rows
        self._whole_for = WHOLE_FOR
        asked = statement(False)
        return await run.fetch(asked.sql, asked.arguments(brought))
