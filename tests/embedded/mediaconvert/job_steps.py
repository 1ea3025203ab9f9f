"""Steps of tests about jobs under faults."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import psutil

from tests.embedded.mediaconvert.conftest import Listener, job_request
from tests.embedded.mediaconvert.faulty_storage import FaultyStorage, reads, writes
from tests.embedded.mediaconvert.job_requests import keys, ladder_request
from tests.embedded.mediaconvert.own_renderer import OwnRenderer

PATIENCE = 60


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 what is waited for is in another process
            await asyncio.sleep(0.02)


async def suspended(own: OwnRenderer) -> list[psutil.Process]:
    """The ffmpegs of a job that has just been created, stopped where they are."""
    found: list[psutil.Process] = []
    async with asyncio.timeout(PATIENCE):
        while not found:
            found = own.suspended_ffmpegs()
            await asyncio.sleep(0.005)
    return found


async def until_gone(s3: Any, folder: str) -> None:
    async def are_there() -> bool:
        return bool(await keys(s3, folder))

    async with asyncio.timeout(PATIENCE):
        while await are_there():  # noqa: ASYNC110 what is waited for is in another process
            await asyncio.sleep(0.1)


async def create(client: Any, request: dict[str, Any]) -> str:
    job_id: str = (await client.create_job(**request))["Job"]["Id"]
    return job_id


async def held(
    phase: str, client: Any, own: OwnRenderer, storage: FaultyStorage, source: str, folder: str
) -> str:
    """The id of a new ladder job that stands still in a phase; UPLOADING once its media are in storage."""
    if phase == "TRANSCODING":
        job_id = await create(client, ladder_request(source, folder))
        await suspended(own)
        return job_id
    fault = storage.hold(reads("source.mp4") if phase == "PROBING" else writes("index_180.m3u8"))
    job_id = await create(client, ladder_request(source, folder))
    await fault.met.wait()
    return job_id


async def renders_again(client: Any, events: Listener, source: str) -> None:
    """The renderer lives, and the next job is none the worse for the last."""
    job_id = await create(client, job_request(source, f"next{time.monotonic_ns()}"))
    assert (await events.ended(job_id))["status"] == "COMPLETE"


async def timed_cancel(client: Any, events: Listener, job_id: str) -> float:
    """The seconds it took until the job was CANCELED."""
    began = time.monotonic()
    await client.cancel_job(Id=job_id)
    took = time.monotonic() - began
    assert (await client.get_job(Id=job_id))["Job"]["Status"] == "CANCELED"
    assert (await events.ended(job_id))["status"] == "CANCELED"
    return took
