"""What runs beside what; and a job that is cancelled in the very moment in which it begins."""

import asyncio
from contextlib import suppress

import pytest

from embedded.mediaconvert.jobs import Jobs
from embedded.mediaconvert.outbox import Outbox
from embedded.mediaconvert.queues import Queues
from embedded.mediaconvert.schedule import startable
from embedded.mediaconvert.storage import Storage
from tests.embedded.mediaconvert.conftest import job_request

QUEUES = [
    {"Arn": "a", "ConcurrentJobs": 2, "Status": "ACTIVE"},
    {"Arn": "b", "ConcurrentJobs": 1, "Status": "ACTIVE"},
    {"Arn": "paused", "ConcurrentJobs": 1, "Status": "PAUSED"},
]


def job(name, queue="a", crashes=0, status="SUBMITTED", priority=0):
    return {"Id": name, "Queue": queue, "Crashes": crashes, "Status": status, "Priority": priority}


@pytest.mark.parametrize(
    ("jobs", "running", "expected"),
    [
        ([job("1"), job("2"), job("3"), job("4", "b"), job("5", "paused")], [], ["1", "2", "4"]),
        ([job("1", status="COMPLETE"), job("2"), job("3", priority=1)], [], ["3", "2"]),
        ([job("1"), job("2"), job("3")], ["1"], ["2"]),
        # Two crashes were theirs and others': the third try tells whose they were.
        ([job("1", crashes=1), job("2", crashes=1), job("3", "b")], [], ["1", "2", "3"]),
        ([job("1"), job("2", crashes=2), job("3", "b", crashes=2)], [], ["2"]),
        ([job("1"), job("2", crashes=2), job("3", "b")], ["1"], []),
        ([job("1"), job("2", crashes=2), job("3", "b")], ["2"], []),
        ([job("1"), job("2", "paused", crashes=2)], [], ["1"]),
    ],
)
def test_startable(jobs, running, expected):
    assert [each["Id"] for each in startable(jobs, QUEUES, running)] == expected


@pytest.fixture
def begun(tmp_path):
    """Jobs as a new process finds them in the folder."""

    def begin():
        return Jobs(
            tmp_path,
            Storage(None),
            Outbox(tmp_path / "events", None, ""),
            Queues(tmp_path / "queues.json", concurrency=2),
        )

    return begin


async def test_cancelled_before_its_first_step(begun):
    jobs = begun()
    job = jobs.create(job_request("s3://media/in/source.mp4", "early"))
    running = asyncio.create_task(jobs.run())
    await asyncio.sleep(0)
    # Its task is made, and has run nothing.
    assert job["Id"] in jobs._running
    assert job["Status"] == "SUBMITTED"
    async with asyncio.timeout(2):
        await jobs.cancel(job)
    assert job["Status"] == "CANCELED"
    assert jobs._running == {}
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


def test_a_crash_is_counted_once(begun):
    """A job that was running then, and is still waiting when the next crash comes, has no part in that."""
    jobs = begun()
    job = jobs.create(job_request("s3://media/in/source.mp4", "waits"))
    jobs._store.save(job | {"Status": "PROGRESSING"})
    for _ in range(4):
        (found,) = begun().all()
        assert (found["Status"], found["Crashes"]) == ("PROGRESSING", 1)
