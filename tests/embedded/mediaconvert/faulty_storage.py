"""A reverse proxy before the real S3, which can hold, refuse or cut what passes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web
from yarl import URL

from tests.local_server import serving

Matches = Callable[[web.Request], bool]
NOT_PASSED_ON = ("Transfer-Encoding", "Expect", "Connection")


@dataclass
class Fault:
    """What happens to requests that match, the first `times` of them. `met` is set with the first."""

    matches: Matches
    status: int = 0
    is_cut: bool = False
    is_held: bool = False
    times: int = 1_000_000
    met: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)


class FaultyStorage:
    """`endpoint_url` is this proxy's; the keys are the real server's."""

    def __init__(self, real_url: str, access_key: str, secret_key: str) -> None:
        self.endpoint_url = ""
        self.access_key = access_key
        self.secret_key = secret_key
        self._real_url = real_url
        self._faults: list[Fault] = []

    def hold(self, matches: Matches) -> Fault:
        """Requests wait until the fault is released."""
        return self._add(Fault(matches, is_held=True))

    def refuse(self, matches: Matches, status: int, times: int = 1_000_000) -> Fault:
        return self._add(Fault(matches, status=status, times=times))

    def cut(self, matches: Matches) -> Fault:
        """The connection is closed without an answer."""
        return self._add(Fault(matches, is_cut=True))

    def _add(self, fault: Fault) -> Fault:
        self._faults.append(fault)
        return fault

    def heal(self) -> None:
        for fault in self._faults:
            fault.released.set()
        self._faults.clear()

    def heal_held(self) -> None:
        """Let go of what is held, and go on refusing the rest."""
        for fault in self._faults:
            fault.released.set()
            fault.is_held, fault.times = False, fault.times if not fault.is_held else 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator["FaultyStorage"]:
        async with (
            aiohttp.ClientSession(auto_decompress=False) as self._session,
            serving(web.route("*", "/{path:.*}", self._handle)) as self.endpoint_url,
        ):
            try:
                yield self
            finally:
                self.heal()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        for fault in self._faults:
            if fault.times > 0 and fault.matches(request):
                fault.times -= 1
                fault.met.set()
                if fault.is_held:
                    await fault.released.wait()
                elif fault.is_cut:
                    assert request.transport is not None
                    request.transport.abort()
                    return web.Response()
                else:
                    return web.Response(status=fault.status)
        return await self._passed_on(request)

    async def _passed_on(self, request: web.Request) -> web.StreamResponse:
        headers = {name: value for name, value in request.headers.items() if name not in NOT_PASSED_ON}
        async with self._session.request(
            request.method,
            URL(self._real_url + request.raw_path, encoded=True),
            headers=headers,
            data=await request.read(),
            allow_redirects=False,
        ) as answer:
            kept = {n: v for n, v in answer.headers.items() if n not in (*NOT_PASSED_ON, "Content-Length")}
            body = await answer.read()
            if request.method == "HEAD":
                kept["Content-Length"] = answer.headers["Content-Length"]
            return web.Response(status=answer.status, headers=kept, body=body)


def reads(name: str) -> Matches:
    return lambda request: request.method == "GET" and request.path.endswith(name)


def writes(name: str) -> Matches:
    return lambda request: request.method == "PUT" and request.path.endswith(name)


def removes(request: web.Request) -> bool:
    return request.method == "POST" and "delete" in request.query
