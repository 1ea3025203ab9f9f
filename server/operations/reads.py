"""Queries by plans, over the viewers, the database and the errors of this server."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import structlog
from graphql import GraphQLError
from tortoise import connections

from planner.planner import Planner, Subject
from planner.run import Fetch
from schema.context import Context
from server.errors import TOLD, TellingSchema, is_unstorable_value
from server.outage import is_outage
from server.postgres_client import PostgresClient
from services.viewer import ANONYMOUS, Viewer

log = structlog.get_logger()


def planner_of(schema: TellingSchema) -> Planner:
    """That of a schema."""
    # Not to be guessed: a client that filtered by it would be taken to mean itself.
    somebody = Viewer(uuid4())
    subject = Subject(
        placeholder=somebody.user_id,
        kind_of=_is_signed_in,
        symbol_of=lambda is_signed_in: somebody if is_signed_in else ANONYMOUS,
        value_of=_user_id,
    )
    return Planner(schema._schema, subject, _Connect, _heard)


def _is_signed_in(context: Context) -> bool:
    return context.viewer.user_id is not None


def _user_id(context: Context) -> UUID | None:
    return context.viewer.user_id


class _Connect:
    """A connection for the statements of a plan: in a transaction, that one's."""

    __slots__ = ("_lease",)

    async def __aenter__(self) -> Fetch:
        client = connections.get("default")
        self._lease = client.reading() if isinstance(client, PostgresClient) else client.acquire_connection()
        connection = await self._lease.__aenter__()

        async def fetch(sql: str, arguments: Sequence[Any]) -> Sequence[Any]:
            rows: Sequence[Any] = await connection.fetch(sql, *arguments)
            return rows

        return fetch

    async def __aexit__(self, *raised: Any) -> None:
        await self._lease.__aexit__(*raised)


def _heard(error: Exception) -> None:
    """graphql-core meets the same mistake, and tells it. That the database is away is told as it is."""
    if is_outage(error):
        raise error
    is_told = isinstance(error, (GraphQLError, *TOLD)) or is_unstorable_value(error)
    if not is_told:
        log.warning("a plan failed; graphql-core answers instead", exc_info=error)
