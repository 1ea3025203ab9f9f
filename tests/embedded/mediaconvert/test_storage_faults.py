"""Storage that is away, refuses or cuts connections, on the way in and on the way out."""

import asyncio
import time

import pytest

from embedded.mediaconvert.storage import Storage
from tests.embedded.mediaconvert import own_renderer
from tests.embedded.mediaconvert.conftest import BUCKET, job_request
from tests.embedded.mediaconvert.faulty_storage import reads, removes, writes
from tests.embedded.mediaconvert.job_requests import LADDER_FILES, keys, ladder_request
from tests.embedded.mediaconvert.job_steps import create, held, timed_cancel, until
from tests.slow_cases import slow_after

PATIENCE_SECONDS = 0.4


@pytest.mark.parametrize(("status", "code"), slow_after(1, [(403, 1401), (503, 3450)]))
async def test_storage_that_does_not_take_an_output(client, own, storage, events, s3, source, status, code):
    folder = f"put-{status}"
    storage.refuse(writes("index_180.m3u8"), status)
    ended = await events.ended(await create(client, ladder_request(source, folder)))
    assert (ended["status"], ended["errorCode"]) == ("ERROR", code)
    assert await keys(s3, folder) == []


@pytest.mark.slow
async def test_storage_that_is_away_for_a_moment_is_waited_for(client, own, storage, events, s3, source):
    storage.refuse(writes("index_180_00001.ts"), 503, times=2)
    storage.refuse(reads("source.mp4"), 500, times=1)
    ended = await events.ended(await create(client, ladder_request(source, "moment")))
    assert ended["status"] == "COMPLETE"
    assert await keys(s3, "moment") == LADDER_FILES


@pytest.mark.slow
async def test_storage_that_cuts_connections(client, own, storage, events, s3, source):
    storage.cut(writes("video_180.mp4"))
    ended = await events.ended(await create(client, ladder_request(source, "cut")))
    assert (ended["status"], ended["errorCode"]) == ("ERROR", 3451)
    assert await keys(s3, "cut") == []


@pytest.mark.parametrize(("status", "code"), slow_after(1, [(403, 1401), (404, 1404), (503, 3450)]))
async def test_an_input_that_storage_does_not_give(client, own, storage, events, source, status, code):
    storage.refuse(reads("source.mp4"), status)
    ended = await events.ended(await create(client, job_request(source, f"get-{status}")))
    assert (ended["status"], ended["errorCode"]) == ("ERROR", code)


@pytest.mark.parametrize(
    ("status", "code"), slow_after(1, [(401, 3401), (403, 3403), (404, 3404), (503, 3450)])
)
async def test_an_input_that_a_web_server_does_not_give(client, own, storage, events, status, code):
    storage.refuse(reads("web.mp4"), status)
    request = job_request(f"{storage.endpoint_url}/somewhere/web.mp4", f"web-{status}")
    ended = await events.ended(await create(client, request))
    assert (ended["status"], ended["errorCode"]) == ("ERROR", code)


async def test_an_input_from_a_web_server(client, own, storage, events, s3, source):
    address = await s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "in/source.mp4"})
    ended = await events.ended(await create(client, job_request(address, "web")))
    assert ended["status"] == "COMPLETE", ended
    assert await keys(s3, "web") == ["video_180.mp4"]


@pytest.mark.slow
async def test_a_job_that_took_over_the_folder_keeps_its_files(client, own, storage, events, s3, source):
    """The second job has written there before what the first one left could be removed."""
    first = await held("UPLOADING", client, own, storage, source, "taken-over")
    storage.refuse(removes, 503)
    await timed_cancel(client, events, first)
    storage.heal()
    second = await create(client, ladder_request(source, "taken-over"))
    assert (await events.ended(second))["status"] == "COMPLETE"
    saved = own.folder / "jobs" / f"{first}.json"
    await until(lambda: b'"Written":[]' in saved.read_bytes())
    assert await keys(s3, "taken-over") == LADDER_FILES


async def test_a_transfer_that_was_cut_after_long_is_tried_again(tmp_path):
    """Storage that gave for longer than it may be away has not been away."""
    tried = []

    class Client:
        async def head_object(self, **place):
            tried.append(place)
            if len(tried) == 1:
                await asyncio.sleep(2 * PATIENCE_SECONDS)
                raise ConnectionResetError
            return {"ContentLength": 1}

    assert await Storage(Client(), patience=PATIENCE_SECONDS).head("s3://media/in/a.mp4") == {
        "ContentLength": 1
    }
    assert len(tried) == 2


@pytest.mark.parametrize("address", ["s3://media/", "s3://No_Such!/a.mp4"])
async def test_an_address_that_is_none_is_not_waited_for(client, own, events, address):
    began = time.monotonic()
    ended = await events.ended(await create(client, job_request(address, "nowhere")))
    assert (ended["status"], ended["errorCode"]) == ("ERROR", 1404)
    assert time.monotonic() - began < own_renderer.PATIENCE_SECONDS
