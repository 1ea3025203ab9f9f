"""Stands before an HTTP server and loses, refuses or answers chosen requests; the rest goes through."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from tests.local_server import serving


@dataclass(frozen=True)
class Fault:
    """What happens to one request. `is_passed_on` first lets the server behind do its work; then comes the
    answer, or, without a status, a cut connection."""

    status: int | None = None
    body: dict[str, Any] = field(default_factory=dict)
    kind: str = ""
    is_passed_on: bool = False


CUT = Fault()
CUT_AFTERWARDS = Fault(is_passed_on=True)
LOST = Fault(500, kind="InternalServerErrorException", is_passed_on=True)
THROTTLED = Fault(429, {"message": "Too Many Requests"}, "TooManyRequestsException")


class FaultyProxy:
    """`faults` are used up in order, one for each request that `concerns` them; `asked` are the requests."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.url = ""
        self.faults: list[Fault] = []
        self.asked: list[str] = []
        self.concerns: Callable[[web.Request], bool] = lambda request: True

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.asked.append(f"{request.method} {request.path}")
        fault = self.faults.pop(0) if self.faults and self.concerns(request) else None
        if fault is None:
            return await self._pass_on(request, body)
        if fault.is_passed_on:
            await self._pass_on(request, body)
        if fault.status is None:
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        headers = {"x-amzn-errortype": fault.kind} if fault.kind else {}
        return web.json_response(fault.body, status=fault.status, headers=headers)

    async def _pass_on(self, request: web.Request, body: bytes) -> web.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
        async with (
            aiohttp.ClientSession(auto_decompress=False) as session,
            session.request(
                request.method, f"{self.target}{request.path_qs}", data=body, headers=headers
            ) as answer,
        ):
            kept = {n: v for n, v in answer.headers.items() if n.lower().startswith(("content-type", "x-"))}
            return web.Response(status=answer.status, body=await answer.read(), headers=kept)


@asynccontextmanager
async def faulty_proxy(target: str) -> AsyncIterator[FaultyProxy]:
    proxy = FaultyProxy(target)
    async with serving(web.route("*", "/{path:.*}", proxy.handle)) as proxy.url:
        yield proxy
