"""The server's WebSockets over operations that a test carries out by hand."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.routing import WebSocketRoute

from embedded.ports import free_ports
from server.operations import OperationRequest, Sink
from server.serve import api_server
from server.settings import Settings
from server.transport_ws import Closing, SignIn, TransportEndpoint
from tests.waiting import until


@dataclass(eq=False)
class Rehearsed:
    """One operation, as its server sees it."""

    request: OperationRequest
    sink: Sink
    stops: int = 0

    def stop(self) -> None:
        self.stops += 1


@dataclass
class Stage:
    """All sockets' sessions at once."""

    origin: str
    api: uvicorn.Server
    operations: list[Rehearsed] = field(default_factory=list)
    watching: set[Callable[[Closing], None]] = field(default_factory=set)
    begin: Callable[[Rehearsed], None] = lambda operation: None

    def start(self, request: OperationRequest, sink: Sink) -> Rehearsed:
        operation = Rehearsed(request, sink)
        self.operations.append(operation)
        self.begin(operation)
        return operation

    def watch(self, close: Callable[[Closing], None]) -> Callable[[], None]:
        self.watching.add(close)
        return lambda: self.watching.discard(close)

    async def begun(self, count: int) -> Rehearsed:
        """The operation that makes it so many, once it has begun."""

        async def have_begun() -> bool:
            return len(self.operations) >= count

        await until(have_begun)
        return self.operations[count - 1]

    async def deserted(self) -> None:
        """Return once no connection is left."""

        async def is_so() -> bool:
            return not self.api.server_state.connections and not self.api.server_state.tasks

        await until(is_so)


@asynccontextmanager
async def socket_server(settings: Settings) -> AsyncIterator[Stage]:
    class Endpoint(TransportEndpoint):
        def sign_in_for(self, handshake: HTTPConnection) -> SignIn:
            async def sign_in(payload: Any) -> Stage:
                return stage

            return sign_in

    settings = settings.model_copy(update={"port": free_ports(1)[0]})
    api = api_server(Starlette(routes=[WebSocketRoute("/graphql", Endpoint([]))]), settings)
    stage = Stage(f"http://{settings.host}:{settings.port}", api)
    task = asyncio.create_task(api.serve())

    async def is_started() -> bool:
        return api.started

    await until(is_started)
    try:
        yield stage
    finally:
        api.should_exit = True
        await task
