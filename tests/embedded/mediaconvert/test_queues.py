"""Queues: made, told, paused; how many of their jobs run at once, and in which order."""

import pytest
from botocore.exceptions import ClientError

from embedded.mediaconvert.queues import Queues
from tests.embedded.mediaconvert.conftest import job_request
from tests.embedded.mediaconvert.faulty_storage import reads
from tests.embedded.mediaconvert.job_steps import create, until


@pytest.fixture
async def queue(client, request):
    """The ARN of a queue of the test's own."""
    name = request.node.name.replace("[", "-").strip("]")[:60]
    made = (await client.create_queue(Name=name))["Queue"]
    yield made
    await client.update_queue(Name=name, Status="ACTIVE")
    for job in (await client.list_jobs(Queue=name))["Jobs"]:
        if job["Status"] in ("SUBMITTED", "PROGRESSING"):
            await client.cancel_job(Id=job["Id"])
    await client.delete_queue(Name=name)


def code(refused):
    return refused.value.response["Error"]["Code"]


def in_queue(source, folder, queue, **changes):
    return job_request(source, folder, Queue=queue["Arn"], **changes)


async def test_a_queue_is_told_as_it_was_made(client, queue):
    name = queue["Name"]
    assert queue["Arn"] == f"arn:aws:mediaconvert:eu-west-1:000000000000:queues/{name}"
    assert (queue["Type"], queue["Status"], queue["ConcurrentJobs"]) == ("CUSTOM", "ACTIVE", 1)
    assert (queue["SubmittedJobsCount"], queue["ProgressingJobsCount"]) == (0, 0)
    assert (await client.get_queue(Name=name))["Queue"] == queue
    changed = (await client.update_queue(Name=name, ConcurrentJobs=3, Description="Fast"))["Queue"]
    assert changed | {"LastUpdated": 0} == queue | {
        "ConcurrentJobs": 3,
        "Description": "Fast",
        "LastUpdated": 0,
    }
    listed = (await client.list_queues(ListBy="NAME"))["Queues"]
    assert [each["Name"] for each in listed] == sorted(["Default", name])


@pytest.mark.slow
async def test_queues_outlive_the_renderer(client, own, queue):
    await client.update_queue(Name=queue["Name"], ConcurrentJobs=2)
    own.begin_again()
    assert (await client.get_queue(Name=queue["Name"]))["Queue"]["ConcurrentJobs"] == 2


async def test_what_cannot_be_done_with_queues(client, queue):
    for call, expected in (
        (client.create_queue(Name=queue["Name"]), "ConflictException"),
        (client.create_queue(Name="other", ConcurrentJobs=0), "BadRequestException"),
        (client.get_queue(Name="missing"), "NotFoundException"),
        (client.update_queue(Name="missing", ConcurrentJobs=2), "NotFoundException"),
        (client.delete_queue(Name="missing"), "NotFoundException"),
        (client.delete_queue(Name="Default"), "BadRequestException"),
        (client.list_jobs(Queue="missing"), "NotFoundException"),
    ):
        with pytest.raises(ClientError) as refused:
            await call
        assert code(refused) == expected


async def test_a_job_for_a_queue_that_is_not_there_is_refused(client, source):
    before = len((await client.list_jobs())["Jobs"])
    with pytest.raises(ClientError) as refused:
        await client.create_job(**job_request(source, "no-queue", Queue="missing"))
    assert code(refused) == "NotFoundException"
    assert "The specified queue was not found: missing" in str(refused.value)
    assert len((await client.list_jobs())["Jobs"]) == before


async def test_a_queue_with_jobs_is_not_deleted(client, storage, queue, source):
    storage.hold(reads("source.mp4"))
    await create(client, in_queue(source, "undeleted", queue))
    with pytest.raises(ClientError) as refused:
        await client.delete_queue(Name=queue["Name"])
    assert code(refused) == "ConflictException"


async def test_as_many_jobs_run_as_the_queue_says(client, storage, queue, source, events):
    """Those of another queue do not count."""
    storage.hold(reads("source.mp4"))
    default = await create(client, job_request(source, "elsewhere"))
    await client.update_queue(Name=queue["Name"], ConcurrentJobs=2)
    ids = [await create(client, in_queue(source, f"at-once{n}", queue)) for n in range(4)]
    for job_id in (default, *ids[:2]):
        await events.told(job_id, "PROGRESSING")
    told = (await client.get_queue(Name=queue["Name"]))["Queue"]
    assert (told["ProgressingJobsCount"], told["SubmittedJobsCount"]) == (2, 2)
    await client.update_queue(Name=queue["Name"], ConcurrentJobs=3)
    await events.told(ids[2], "PROGRESSING")
    assert events.of(ids[3]) == []
    storage.heal()
    for job_id in (default, *ids):
        assert (await events.ended(job_id))["status"] == "COMPLETE"


async def test_priority_then_age(client, storage, queue, source, events):
    storage.hold(reads("source.mp4"))
    running = await create(client, in_queue(source, "running", queue, Priority=-50))
    await events.told(running, "PROGRESSING")
    made = [
        (await create(client, in_queue(source, f"order{n}", queue, Priority=priority)), priority)
        for n, priority in enumerate((0, 5, -3, 5, 0))
    ]
    storage.heal()
    for job_id, _ in made:
        await events.ended(job_id)
    began = [
        event["detail"]["jobId"] for event in events.events if event["detail"]["status"] == "PROGRESSING"
    ]
    ids = [job_id for job_id, _ in made]
    expected = [ids[1], ids[3], ids[0], ids[4], ids[2]]
    assert [job_id for job_id in began if job_id in ids] == expected


async def test_a_paused_queue_begins_nothing(client, queue, source, events):
    await client.update_queue(Name=queue["Name"], Status="PAUSED")
    paused = await create(client, in_queue(source, "paused", queue))
    other = await create(client, job_request(source, "not-paused"))
    assert (await events.ended(other))["status"] == "COMPLETE"
    assert (await client.get_job(Id=paused))["Job"]["Status"] == "SUBMITTED"
    await client.update_queue(Name=queue["Name"], Status="ACTIVE")
    assert (await events.ended(paused))["status"] == "COMPLETE"
    await until(lambda: events.of(paused))


def test_default_runs_as_many_as_it_was_started_for_until_it_is_told(tmp_path):
    path = tmp_path / "queues.json"
    Queues(path, concurrency=1).create({"Name": "other"})
    again = Queues(path, concurrency=3)
    assert [queue["Name"] for queue in again.all()] == ["Default", "other"]
    assert again.find(None)["ConcurrentJobs"] == 3
    again.update({"Name": "Default", "ConcurrentJobs": 2})
    assert Queues(path, concurrency=5).find(None)["ConcurrentJobs"] == 2
