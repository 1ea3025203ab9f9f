"""What the oracle and the server answer."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any
from uuid import UUID

import orjson
from graphql import DocumentNode, execute

from planner.planner import Counts
from schema.context import Gateways
from server.errors import TellingSchema
from server.operations import Caller, OperationRequest, Operations, PersistedOperations, Refused
from server.operations.documents import Documents
from server.operations.payload import payload_of
from services.viewer import Viewer

ORIGIN = "http://airdate.test"
REQUEST_ID = "request"


@dataclass
class Oracle:
    """graphql-core, and nothing else, on documents that keep our limits."""

    schema: TellingSchema
    gateways: Gateways
    documents: Documents
    """The server's own: to validate twice would cost as much as to execute."""

    async def answer(self, request: OperationRequest, viewer: Viewer) -> bytes:
        try:
            prepared = self.documents.prepare(request.query or "", request.operation_name)
        except Refused as refused:
            self.schema.tell(refused.errors, REQUEST_ID)
            return refusal([error.formatted for error in refused.errors])
        return await self.executed(prepared.document, request, viewer)

    async def executed(self, document: DocumentNode, request: OperationRequest, viewer: Viewer) -> bytes:
        executed = execute(
            self.schema._schema,
            document,
            context_value=Caller(self.gateways, viewer, ORIGIN).context(REQUEST_ID),
            variable_values=dict(request.variables),
            operation_name=request.operation_name,
        )
        result = await executed if isawaitable(executed) else executed
        self.schema.tell(result.errors or [], REQUEST_ID)
        return payload_of(result)


@dataclass
class Server:
    """The front of all transports."""

    schema: TellingSchema
    gateways: Gateways
    operations: Operations = field(init=False)

    def __post_init__(self) -> None:
        self.operations = Operations(self.schema, PersistedOperations(self.gateways.documents, {}))

    @property
    def counts(self) -> Counts:
        return self.operations._planner.counts

    async def answer(self, request: OperationRequest, viewer: Viewer) -> bytes:
        sink = OneAnswer()
        caller = Caller(self.gateways, viewer, ORIGIN)
        self.operations.start(request, caller, sink, request_id=REQUEST_ID)
        return await sink.body


class OneAnswer:
    """A sink for an operation that has one result."""

    def __init__(self) -> None:
        self.body: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def next(self, payload: bytes, tick_of: UUID | None = None) -> None:
        self.body.set_result(payload)

    async def writable(self) -> None: ...

    def complete(self) -> None: ...

    def error(self, errors: Sequence[Mapping[str, Any]]) -> None:
        self.body.set_result(refusal(errors))

    def lag(self) -> None:
        self.body.set_exception(AssertionError("a query was told to come back"))


def refusal(errors: Sequence[Mapping[str, Any]]) -> bytes:
    return orjson.dumps({"refused": errors})
