"""The renderer and ffmpeg killed at every point: one end for each job, one copy of its outputs."""

import asyncio
import json
import os
import signal
import sys

import pytest
from botocore.exceptions import ClientError

from embedded.mediaconvert.events import job_event
from tests.embedded.mediaconvert.conftest import job_request
from tests.embedded.mediaconvert.faulty_storage import removes, writes
from tests.embedded.mediaconvert.job_requests import LADDER_FILES, keys, ladder_request, long_request
from tests.embedded.mediaconvert.job_steps import (
    create,
    held,
    renders_again,
    timed_cancel,
    until,
    until_gone,
)
from tests.slow_cases import slow_after


@pytest.mark.parametrize("phase", slow_after(1, ["TRANSCODING", "PROBING", "UPLOADING"]))
async def test_a_killed_renderer_begins_its_job_again(client, own, storage, events, s3, source, phase):
    folder = f"killed-{phase}"
    job_id = await held(phase, client, own, storage, source, folder)
    own.kill()
    storage.heal()
    await asyncio.to_thread(own.start)
    ended = await events.ended(job_id)
    assert ended["status"] == "COMPLETE"
    assert await keys(s3, folder) == LADDER_FILES
    job = (await client.get_job(Id=job_id))["Job"]
    assert (job["Status"], job["RetryCount"], job["JobPercentComplete"]) == ("COMPLETE", 1, 100)
    assert [d["status"] for d in events.of(job_id)].count("COMPLETE") == 1
    updates = [d["jobProgress"]["retryCount"] for d in events.of(job_id) if "jobProgress" in d]
    assert updates == sorted(updates)


@pytest.mark.slow
async def test_what_a_killed_run_had_uploaded_goes_when_the_next_is_cancelled(
    client, own, storage, events, s3, source
):
    job_id = await held("UPLOADING", client, own, storage, source, "killed-cancelled")
    own.kill()
    storage.heal()
    assert await keys(s3, "killed-cancelled") != []
    # So early in the next run that it has not cleaned up yet.
    fault = storage.hold(removes)
    await asyncio.to_thread(own.start)
    await fault.met.wait()
    cancelling = asyncio.create_task(timed_cancel(client, events, job_id))
    await asyncio.sleep(0.1)
    storage.heal()
    await cancelling
    await until_gone(s3, "killed-cancelled")


@pytest.mark.slow
async def test_a_renderer_that_stops_in_order_counts_no_crash(client, own, storage, events, s3, source):
    job_id = await held("UPLOADING", client, own, storage, source, "stopped")
    for _ in range(4):
        await asyncio.to_thread(own.renderer.process.stop)
        await asyncio.to_thread(own.start)
    storage.heal()
    assert (await events.ended(job_id))["status"] == "COMPLETE"
    assert await keys(s3, "stopped") == LADDER_FILES


@pytest.mark.slow
async def test_a_job_that_kills_the_renderer_again_and_again_is_given_up(
    client, own, storage, events, s3, source
):
    fault = storage.hold(writes("index_180.m3u8"))
    job_id = await create(client, ladder_request(source, "deadly"))
    for _ in range(3):
        await fault.met.wait()
        fault.met.clear()
        own.kill()
        await asyncio.to_thread(own.start)
    ended = await events.ended(job_id)
    assert (ended["status"], ended["errorCode"]) == ("ERROR", 1999)
    await until_gone(s3, "deadly")
    storage.heal()
    await renders_again(client, events, source)


@pytest.mark.parametrize("deadly", slow_after(1, [signal.SIGKILL, signal.SIGSEGV]))
async def test_ffmpeg_that_dies_is_an_internal_error(client, own, events, s3, source, deadly):
    folder = f"ffmpeg-{deadly.name}"
    job_id = await create(client, long_request(source, folder))
    await until(own.ffmpegs)
    os.kill(own.ffmpegs()[0].pid, deadly)
    ended = await events.ended(job_id)
    assert (ended["status"], ended["errorCode"]) == ("ERROR", 1999)
    assert deadly.name in ended["errorMessage"]
    job = (await client.get_job(Id=job_id))["Job"]
    assert (job["ErrorCode"], job["ErrorMessage"]) == (1999, ended["errorMessage"])
    assert (own.scratch(), await keys(s3, folder)) == ([], [])
    await renders_again(client, events, source)


@pytest.mark.slow
async def test_an_end_that_was_saved_but_not_told_is_told_after_the_crash(client, own, events, source):
    job_id = await create(client, job_request(source, "untold"))
    await events.ended(job_id)
    own.kill()
    saved = own.folder / "jobs" / f"{job_id}.json"
    job = json.loads(saved.read_bytes())
    assert "Ending" not in job
    ending = job_event(job, "COMPLETE", outputGroupDetails=[])
    saved.write_text(json.dumps(job | {"Ending": ending}))
    await asyncio.to_thread(own.start)
    await until(lambda: ending in events.events)
    await until(lambda: b'"Ending"' not in saved.read_bytes())


@pytest.mark.slow
async def test_a_cancellation_that_was_asked_for_before_the_crash_holds(
    client, own, storage, events, s3, source
):
    job_id = await held("UPLOADING", client, own, storage, source, "asked")
    own.kill()
    saved = own.folder / "jobs" / f"{job_id}.json"
    saved.write_text(json.dumps(json.loads(saved.read_bytes()) | {"CancelAsked": True}))
    storage.heal()
    await asyncio.to_thread(own.start)
    assert (await events.ended(job_id))["status"] == "CANCELED"
    await until_gone(s3, "asked")


@pytest.mark.parametrize("body", slow_after(1, [b"", b"{", b"[]", b"{}", b'{"Id": "x"}']))
async def test_a_file_that_holds_no_job_is_set_aside(client, own, events, source, body):
    own.kill()
    (own.folder / "jobs" / "1-bad.json").write_bytes(body)
    (own.folder / "events" / "1-bad.json").write_bytes(body)
    await asyncio.to_thread(own.start)
    assert (own.folder / "jobs" / "1-bad.corrupt").read_bytes() == body
    assert (own.folder / "events" / "1-bad.corrupt").read_bytes() == body
    await renders_again(client, events, source)


@pytest.mark.slow
async def test_jobs_are_forgotten_after_three_months(client, own, events, source):
    old = await create(client, job_request(source, "old"))
    await events.ended(old)
    own.kill()
    saved = own.folder / "jobs" / f"{old}.json"
    job = json.loads(saved.read_bytes())
    job["Timing"]["FinishTime"] -= 91 * 24 * 3600
    saved.write_text(json.dumps(job))
    await asyncio.to_thread(own.start)
    await until(lambda: not saved.exists())
    with pytest.raises(ClientError) as refused:
        await client.get_job(Id=old)
    assert refused.value.response["Error"]["Code"] == "NotFoundException"


@pytest.mark.slow
async def test_two_renderers_do_not_share_a_folder(own):
    command = [sys.executable, "-m", "embedded.mediaconvert", "--port", "1", "--data-dir", str(own.folder)]
    second = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    _, told = await second.communicate()
    assert second.returncode == 1
    assert "in use by another renderer" in told.decode()
