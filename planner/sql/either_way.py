"""A page of a predicate that has two forms, in one statement whichever of them finds it."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """Of a table without a parent. All are SQL; `by` is what follows ORDER BY."""

    table: str
    alias: str
    key: str
    by: str
    limit: int
    most_near: int
    """So many rows are asked one by one, before all that satisfy the predicate are gathered."""


def keys_of_page(page: Page, within: Callable[[], str], near: str, far: str) -> str:
    """The keys of the page, as a subquery. `within` makes the condition on the rows that may be of it, anew
    for each place where it stands.

    PostgreSQL carries out a WITH as far as it is read, and a branch whose condition names no row of its own
    (a one-time filter) only where that is true: so `rest` and the second branch wait for `near` to fail.
    """
    source, by, limit = f"{page.table} AS {page.alias}", page.by, page.limit
    looked_at = f"SELECT * FROM {source} WHERE {within()} ORDER BY {by} LIMIT {page.most_near}"
    found = f"SELECT {page.key} AS key FROM ({looked_at}) AS {page.alias} WHERE {near} ORDER BY {by}"
    rest = f"SELECT 1 FROM {source} WHERE {within()} ORDER BY {by} OFFSET {page.most_near} LIMIT 1"
    all_of_them = f"SELECT {page.key} FROM {source} WHERE {within()} AND {far}"
    is_full = f"(SELECT count(*) FROM near) = {limit}"
    return (
        f"(WITH near AS MATERIALIZED ({found} LIMIT {limit}), rest AS MATERIALIZED ({rest}) "
        f"SELECT key FROM near WHERE {is_full} OR NOT EXISTS (SELECT 1 FROM rest) UNION ALL "
        f"({all_of_them} AND NOT {is_full} AND EXISTS (SELECT 1 FROM rest) ORDER BY {by} LIMIT {limit}))"
    )
