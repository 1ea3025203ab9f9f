"""Queries by plans, over the viewers, the database and the errors of this server."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import structlog
from graphql import GraphQLError
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import require_context

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
    return Planner(schema._schema, subject, _connect, _heard)


def _is_signed_in(context: Context) -> bool:
    return context.viewer.user_id is not None


def _user_id(context: Context) -> UUID | None:
    return context.viewer.user_id


def _connect() -> AbstractAsyncContextManager[Fetch]:
    """A connection for the statements of a plan: in a transaction, that one's."""
    # As Tortoise's `connections` does, which imports this and looks for it each time.
    client = require_context().connections.get("default")
    return client.reading() if isinstance(client, PostgresClient) else _in_transaction(client)


@asynccontextmanager
async def _in_transaction(client: BaseDBAsyncClient) -> AsyncIterator[Fetch]:
    async with client.acquire_connection() as connection:

        async def fetch(sql: str, arguments: Sequence[Any]) -> Sequence[Any]:
            rows: Sequence[Any] = await connection.fetch(sql, *arguments)
            return rows

        yield fetch


def _heard(error: Exception) -> None:
    """graphql-core meets the same mistake, and tells it. That the database is away is told as it is."""
    if is_outage(error):
        raise error
    is_told = isinstance(error, (GraphQLError, *TOLD)) or is_unstorable_value(error)
    if not is_told:
        log.warning("a plan failed; graphql-core answers instead", exc_info=error)
