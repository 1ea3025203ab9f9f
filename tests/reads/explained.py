"""What a document costs the database: its statements, as the server's plans make them, each explained."""

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import asyncpg

from planner.run import Fetch
from server.graphql import build_schema
from server.operations.documents import Documents
from server.operations.reads import planner_of
from services.viewer import Viewer

SCHEMA = build_schema(max_depth=15)
EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "


@dataclass(frozen=True)
class Cost:
    """Of one statement. `pages` are those of tables and indexes that were looked at, 8 KiB each time."""

    sql: str
    pages: int
    milliseconds: float
    read_whole: frozenset[str]
    """Tables that were read from end to end."""


class ExplainedReads:
    """Plans over a database of its own, whose statements are explained before they are carried out."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._planner = planner_of(SCHEMA)
        self._planner.connect = self._connect
        self._planner._on_error = self._failed
        self._documents = Documents(SCHEMA, self._planner)
        self._costs: list[Cost] = []

    async def ask(
        self, document: str, variables: dict[str, Any], viewer: Viewer
    ) -> tuple[Any, Sequence[Cost]]:
        """The data, and what each statement cost. Raises AssertionError for what no plan covers."""
        self._costs = []
        prepared = self._documents.prepare(document, None)
        context = SimpleNamespace(viewer=viewer)
        body = await self._planner.payload(prepared.reads, variables, context)
        assert body is not None, self._planner.counts.fell_back
        return json.loads(body)["data"], self._costs

    @asynccontextmanager
    async def _connect(self) -> AsyncIterator[Fetch]:
        yield self._fetch

    async def _fetch(self, sql: str, arguments: Sequence[Any]) -> Sequence[Any]:
        rows = await self._connection.fetch(sql, *arguments)
        [told] = json.loads(await self._connection.fetchval(EXPLAIN + sql, *arguments))
        plan = told["Plan"]
        pages = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
        whole = frozenset(node["Relation Name"] for node in _nodes(plan) if node["Node Type"] == "Seq Scan")
        self._costs.append(Cost(sql, pages, told["Execution Time"], whole))
        return rows

    @staticmethod
    def _failed(error: Exception) -> None:
        raise error


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Those that were carried out."""
    if plan.get("Actual Loops", 1):
        yield plan
        for below in plan.get("Plans", ()):
            yield from _nodes(below)
