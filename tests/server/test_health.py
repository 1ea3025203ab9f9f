"""Readiness looks at what is needed seldom, answers in time, and tells no secret."""

import asyncio
import time
from dataclasses import replace

import httpx
import pytest
from starlette.applications import Starlette

from server import health
from server.draining import Draining
from server.health import Part, health_routes
from tests.waiting import until


class Looked:
    """Something that is looked at; `problem` is raised then."""

    def __init__(self):
        self.times, self.problem = 0, None

    async def look(self):
        self.times += 1
        await asyncio.sleep(0)
        if self.problem is not None:
            raise self.problem


async def test_however_many_ask_it_is_looked_at_once():
    looked = Looked()
    part = Part(looked.look)
    assert await asyncio.gather(*(part.problem() for _ in range(50))) == [None] * 50
    assert await part.problem() is None
    assert looked.times == 1


async def test_what_was_found_is_looked_at_anew_in_a_while(monkeypatch):
    monkeypatch.setattr(health, "FRESH_SECONDS", 0.05)
    looked = Looked()
    part = Part(looked.look, fresh_seconds=0.05)
    assert await part.problem() is None
    looked.problem = ConnectionRefusedError("postgres://somebody:secret@host")
    await asyncio.sleep(0.06)
    assert await part.problem() == "ConnectionRefusedError"
    looked.problem = None
    await asyncio.sleep(0.06)
    assert await part.problem() is None
    assert looked.times == 3


async def test_what_does_not_answer_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(health, "ANSWER_SECONDS", 0.2)
    is_over = asyncio.Event()

    async def stubborn():
        try:
            await is_over.wait()
        except asyncio.CancelledError:
            await is_over.wait()

    part = Part(stubborn, if_silent="SILENT")
    begun = time.monotonic()
    assert await asyncio.gather(part.problem(), part.problem()) == ["SILENT"] * 2
    assert time.monotonic() - begun < 2
    is_over.set()


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (None, (200, {"status": "ready"})),
        (OSError("s3://bucket"), (503, {"status": "down", "down": {"storage": "OSError"}})),
    ],
)
async def test_storage_that_is_away_is_told_of(gateways, problem, told):
    class Storage(Looked):
        async def head(self, key):
            await self.look()

    async def is_heard():
        return gateways.hub.is_healthy

    await until(is_heard)
    storage = Storage()
    storage.problem = problem
    routes = health_routes(replace(gateways, storage=storage), None, Draining())
    asked = httpx.ASGITransport(Starlette(routes=routes))
    async with httpx.AsyncClient(transport=asked, base_url="http://airdate") as http:
        answer = await http.get("/readyz")
    assert (answer.status_code, answer.json()) == told
