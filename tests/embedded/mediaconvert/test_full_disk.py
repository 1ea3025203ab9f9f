"""A full disk ends jobs in 1050, and never the renderer."""

import asyncio
import resource
import subprocess

import pytest
from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore.exceptions import ClientError

from tests.embedded.mediaconvert.conftest import BUCKET, REGION, job_request
from tests.embedded.mediaconvert.faulty_storage import reads, writes
from tests.embedded.mediaconvert.job_requests import keys, long_request
from tests.embedded.mediaconvert.job_steps import create, renders_again, until
from tests.embedded.mediaconvert.own_renderer import OwnRenderer


async def test_a_file_too_large_for_the_disk_ends_in_1050(client, own, events, s3, source):
    """A limit on the size of files stands for a full disk where no file system can be mounted."""
    before = resource.prlimit(own.pid, resource.RLIMIT_FSIZE, (300_000, -1))
    job_id = await create(client, long_request(source, "too-large", times=10))
    ended = await events.ended(job_id)
    resource.prlimit(own.pid, resource.RLIMIT_FSIZE, before)
    assert (ended["status"], ended["errorCode"]) == ("ERROR", 1050)
    assert (own.scratch(), await keys(s3, "too-large")) == ([], [])
    await renders_again(client, events, source)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of two megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"cannot mount: {mounted.stderr.decode().strip()}")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


@pytest.fixture
async def starved(small_disk, storage, listener):
    """A renderer on the small disk, and a client that asks it."""
    own = OwnRenderer(small_disk, storage, listener[1])
    await asyncio.to_thread(own.start)
    async with get_session().create_client(
        "mediaconvert",
        endpoint_url=own.renderer.endpoint_url,
        region_name=REGION,
        config=AioConfig(retries={"total_max_attempts": 1}),
    ) as client:
        yield own, client
    await asyncio.to_thread(own.renderer.process.stop)


@pytest.mark.slow
async def test_a_disk_that_ffmpeg_fills_ends_in_1050(starved, events, s3, source):
    own, client = starved
    job_id = await create(client, long_request(source, "full-ffmpeg"))
    ended = await events.ended(job_id)
    assert (ended["status"], ended["errorCode"]) == ("ERROR", 1050)
    assert (own.scratch(), await keys(s3, "full-ffmpeg")) == ([], [])
    await renders_again(client, events, source)


@pytest.mark.slow
async def test_a_disk_that_an_input_fills_ends_in_1050(starved, events, s3, source):
    own, client = starved
    await s3.put_object(Bucket=BUCKET, Key="in/large.mp4", Body=bytes(3_000_000))
    ended = await events.ended(await create(client, job_request("s3://media/in/large.mp4", "full-input")))
    assert (ended["status"], ended["errorCode"]) == ("ERROR", 1050)
    assert own.scratch() == []
    await renders_again(client, events, source)


@pytest.mark.slow
async def test_a_disk_full_of_other_things(starved, storage, events, s3, source):
    """Neither a job nor an event can be written: new jobs are refused, what runs ends as it should."""
    own, client = starved
    hold = storage.hold(writes("video_180.mp4"))
    job_id = await create(client, job_request(source, "full-files"))
    await hold.met.wait()
    fill(own.folder / "filler")
    with pytest.raises(ClientError) as refused:
        await client.create_job(**job_request(source, "full-refused"))
    assert refused.value.response["Error"]["Code"] == "InternalServerErrorException"
    storage.refuse(writes("video_180.mp4"), 403)
    storage.heal_held()
    ended = await events.ended(job_id)
    assert (ended["status"], ended["errorCode"]) == ("ERROR", 1401)
    (own.folder / "filler").unlink()
    storage.heal()
    await renders_again(client, events, source)
    assert len((await client.list_jobs())["Jobs"]) == 2
    # What could not be saved was saved once there was room.
    saved = own.folder / "jobs" / f"{job_id}.json"
    await until(lambda: b'"Status":"ERROR"' in saved.read_bytes())


@pytest.mark.slow
async def test_a_disk_too_full_to_begin_a_job(starved, storage, events, source):
    own, client = starved
    fault = storage.hold(reads("source.mp4"))
    first = await create(client, job_request(source, "full-first"))
    waiting = await create(client, job_request(source, "full-waiting"))
    await fault.met.wait()
    fill(own.folder / "filler")
    await client.cancel_job(Id=first)
    ended = await events.ended(waiting)
    assert (ended["status"], ended["errorCode"]) == ("ERROR", 1050)
    assert (await events.ended(first))["status"] == "CANCELED"


def fill(path):
    with path.open("wb", buffering=0) as file:
        for size in (4096, 1):
            while True:
                try:
                    file.write(bytes(size))
                except OSError:
                    break
