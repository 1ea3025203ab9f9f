"""The life of a job over the REST API, by boto3 as it is."""

import os
import signal
import subprocess

import pytest
from botocore.exceptions import ClientError

from embedded.readiness import wait_for_answer
from tests.embedded.mediaconvert.conftest import BUCKET, job_request
from tests.media import clip, run_ffmpeg


async def keys(s3, folder):
    answer = await s3.list_objects_v2(Bucket=BUCKET, Prefix=f"out/{folder}/")
    return sorted(item["Key"].removeprefix(f"out/{folder}/") for item in answer.get("Contents", []))


async def test_a_job_is_rendered_and_told_of_in_order(mediaconvert, s3, source, events):
    made = (await mediaconvert.create_job(**job_request(source, "plain")))["Job"]
    assert (made["Status"], made["UserMetadata"]) == ("SUBMITTED", {"renderId": "r1"})
    ended = await events.ended(made["Id"])
    statuses = [detail["status"] for detail in events.of(made["Id"])]
    assert statuses[0] == "PROGRESSING"
    assert statuses[-1] == "COMPLETE"
    assert statuses.count("INPUT_INFORMATION") == 1
    assert ended["userMetadata"] == {"renderId": "r1"}
    (group,) = ended["outputGroupDetails"]
    (output,) = group["outputDetails"]
    assert group["type"] == "FILE_GROUP"
    assert output["outputFilePaths"] == ["s3://media/out/plain/video_180.mp4"]
    assert output["durationInMs"] == 2000
    assert output["videoDetails"]["widthInPx"] == 320
    assert await keys(s3, "plain") == ["video_180.mp4"]
    job = (await mediaconvert.get_job(Id=made["Id"]))["Job"]
    assert (job["Status"], job["JobPercentComplete"]) == ("COMPLETE", 100)
    percents = [d["jobProgress"]["jobPercentComplete"] for d in events.of(made["Id"]) if "jobProgress" in d]
    assert percents == sorted(percents)


async def test_one_token_makes_one_job(mediaconvert, source, events):
    request = job_request(source, "token", ClientRequestToken="same")
    first = (await mediaconvert.create_job(**request))["Job"]["Id"]
    again = (await mediaconvert.create_job(**request))["Job"]["Id"]
    other = (await mediaconvert.create_job(**request | {"ClientRequestToken": "other"}))["Job"]["Id"]
    assert again == first
    assert other != first
    await events.ended(first)
    await events.ended(other)


async def test_jobs_are_listed_newest_first_by_pages(mediaconvert, source, events):
    made = [(await mediaconvert.create_job(**job_request(source, f"list{n}")))["Job"]["Id"] for n in range(3)]
    page = await mediaconvert.list_jobs(Order="DESCENDING", MaxResults=2)
    rest = await mediaconvert.list_jobs(Order="DESCENDING", MaxResults=2, NextToken=page["NextToken"])
    listed = [job["Id"] for job in page["Jobs"] + rest["Jobs"]]
    assert listed[:3] == made[::-1]
    for job_id in made:
        await events.ended(job_id)


async def test_events_refused_are_delivered_again_in_order(mediaconvert, source, events):
    events.refusals = 3
    made = (await mediaconvert.create_job(**job_request(source, "refused")))["Job"]["Id"]
    await events.ended(made)
    statuses = [detail["status"] for detail in events.of(made)]
    assert statuses[0] == "PROGRESSING"
    assert statuses[-1] == "COMPLETE"


async def test_cancel_stops_ffmpeg_and_leaves_nothing(mediaconvert, s3, source, events, renderer):
    request = job_request(source, "cancel")
    request["Settings"]["Inputs"] = request["Settings"]["Inputs"] * 40
    made = (await mediaconvert.create_job(**request))["Job"]["Id"]
    await events.told(made, "STATUS_UPDATE")
    await mediaconvert.cancel_job(Id=made)
    assert (await events.ended(made))["status"] == "CANCELED"
    assert (await mediaconvert.get_job(Id=made))["Job"]["Status"] == "CANCELED"
    assert children_named("ffmpeg", renderer.process.pid) == []
    assert await keys(s3, "cancel") == []
    with pytest.raises(ClientError) as refused:
        await mediaconvert.cancel_job(Id=made)
    assert refused.value.response["Error"]["Code"] == "ConflictException"


async def test_a_waiting_job_is_cancelled_at_once(mediaconvert, source, events):
    request = job_request(source, "busy")
    request["Settings"]["Inputs"] = request["Settings"]["Inputs"] * 20
    busy = (await mediaconvert.create_job(**request))["Job"]["Id"]
    waiting = (await mediaconvert.create_job(**job_request(source, "waiting")))["Job"]["Id"]
    await mediaconvert.cancel_job(Id=waiting)
    assert (await events.ended(waiting))["status"] == "CANCELED"
    assert [detail["status"] for detail in events.of(waiting)] == ["CANCELED"]
    await mediaconvert.cancel_job(Id=busy)
    await events.ended(busy)


@pytest.mark.slow
async def test_a_killed_renderer_finishes_its_jobs_when_it_is_back(
    mediaconvert, s3, source, events, renderer
):
    request = job_request(source, "killed")
    request["Settings"]["Inputs"] = request["Settings"]["Inputs"] * 10
    made = (await mediaconvert.create_job(**request))["Job"]["Id"]
    await events.told(made, "STATUS_UPDATE")
    os.kill(renderer.process.pid, signal.SIGKILL)
    renderer.process.wait()
    renderer._fixed_port = int(renderer.endpoint_url.rpartition(":")[2])
    renderer.spawn()
    wait_for_answer(renderer)
    ended = await events.ended(made)
    assert ended["status"] == "COMPLETE"
    assert ended["outputGroupDetails"][0]["outputDetails"][0]["durationInMs"] == 20_000
    assert await keys(s3, "killed") == ["video_180.mp4"]


@pytest.mark.parametrize(
    ("body", "code"), [(b"text in a file called .mp4", 1010), (None, 1404)], ids=["no media", "no object"]
)
async def test_a_bad_input_ends_in_error(mediaconvert, s3, events, body, code):
    if body is not None:
        await s3.put_object(Bucket=BUCKET, Key="in/bad.mp4", Body=body)
    uri = "s3://media/in/bad.mp4" if body is not None else "s3://media/in/missing.mp4"
    made = (await mediaconvert.create_job(**job_request(uri, f"bad{code}")))["Job"]["Id"]
    ended = await events.ended(made)
    assert (ended["status"], ended["errorCode"]) == ("ERROR", code)
    assert await keys(s3, f"bad{code}") == []


@pytest.mark.parametrize(("name", "code"), [("list.m3u8", 1030), ("list.mp4", 1010)])
async def test_a_list_of_this_machines_files_is_no_input(mediaconvert, s3, events, tmp_path, name, code):
    secret = run_ffmpeg(tmp_path / "secret.ts", "-i", str(clip(tmp_path / "secret.mp4")), "-c", "copy")
    playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{secret}\n#EXT-X-ENDLIST\n"
    await s3.put_object(Bucket=BUCKET, Key=f"in/{name}", Body=playlist.encode())
    made = (await mediaconvert.create_job(**job_request(f"s3://media/in/{name}", name)))["Job"]["Id"]
    ended = await events.ended(made)
    assert (ended["status"], ended["errorCode"]) == ("ERROR", code)


def children_named(name, pid):
    told = subprocess.run(["ps", "-o", "comm=", "--ppid", str(pid)], capture_output=True, text=True)
    return [line for line in told.stdout.split() if name in line]


async def test_an_unknown_job_is_not_found(mediaconvert):
    with pytest.raises(ClientError) as refused:
        await mediaconvert.get_job(Id="1-abcdef")
    assert refused.value.response["Error"]["Code"] == "NotFoundException"
