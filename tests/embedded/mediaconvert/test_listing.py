"""GetJob, ListJobs, SearchJobs and Probe, by boto3 as it is."""

import datetime

import aiohttp
import pytest
from botocore.exceptions import ClientError

from tests.embedded.mediaconvert.conftest import BUCKET, job_request
from tests.embedded.mediaconvert.job_steps import create
from tests.media import audio_only_clip, clip, hdr_clip


def ids(page):
    return [job["Id"] for job in page["Jobs"]]


@pytest.fixture
async def queue(mediaconvert, request):
    name = request.node.name[:60]
    await mediaconvert.create_queue(Name=name, Status="PAUSED")
    yield name
    page = await mediaconvert.list_jobs(Queue=name, Status="SUBMITTED")
    for job in page["Jobs"]:
        await mediaconvert.cancel_job(Id=job["Id"])
    await mediaconvert.delete_queue(Name=name)


async def test_a_finished_job_is_told_as_aws_tells_it(mediaconvert, source, events):
    request = job_request(source, "told", StatusUpdateInterval="SECONDS_10", Priority=3)
    job_id = await create(mediaconvert, request)
    await events.ended(job_id)
    job = (await mediaconvert.get_job(Id=job_id))["Job"]
    timing = job.pop("Timing")
    assert timing["SubmitTime"] <= timing["StartTime"] <= timing["FinishTime"]
    assert isinstance(timing["FinishTime"], datetime.datetime)
    assert job.pop("CreatedAt") == timing["SubmitTime"]
    assert len(job.pop("ClientRequestToken")) > 30
    assert job == {
        "Arn": f"arn:aws:mediaconvert:eu-west-1:000000000000:jobs/{job_id}",
        "Id": job_id,
        "Queue": "arn:aws:mediaconvert:eu-west-1:000000000000:queues/Default",
        "Role": request["Role"],
        "Settings": request["Settings"],
        "UserMetadata": {"renderId": "r1"},
        "Status": "COMPLETE",
        "Priority": 3,
        "StatusUpdateInterval": "SECONDS_10",
        "CurrentPhase": "UPLOADING",
        "JobPercentComplete": 100,
        "RetryCount": 0,
        "Messages": {"Info": [], "Warning": []},
        "OutputGroupDetails": [
            {
                "OutputDetails": [
                    {"DurationInMs": 2000, "VideoDetails": {"WidthInPx": 320, "HeightInPx": 180}},
                ]
            }
        ],
    }


@pytest.mark.slow
async def test_progress_is_told_each_second_and_only_grows(mediaconvert, source, events):
    request = job_request(source, "growing", StatusUpdateInterval="SECONDS_600")
    request["Settings"]["Inputs"] = request["Settings"]["Inputs"] * 60
    job_id = await create(mediaconvert, request)
    ended = await events.ended(job_id)
    updates = [detail for detail in events.of(job_id) if detail["status"] == "STATUS_UPDATE"]
    seconds = (ended["timestamp"] - events.of(job_id)[0]["timestamp"]) / 1000
    assert len(updates) >= int(seconds) - 1
    order = ["PROBING", "TRANSCODING", "UPLOADING"]
    told = [update["jobProgress"] for update in updates]
    percents = [progress["jobPercentComplete"] for progress in told]
    phases = [order.index(progress["currentPhase"]) for progress in told]
    frames = [update["framesDecoded"] for update in updates]
    assert (percents, phases, frames) == (sorted(percents), sorted(phases), sorted(frames))
    assert max(percents) < 100
    for progress, current in zip(told, phases, strict=True):
        statuses = [progress["phaseProgress"][phase]["status"] for phase in order]
        assert statuses == ["COMPLETE"] * current + ["PROGRESSING"] + ["PENDING"] * (2 - current)


async def test_pages_in_both_orders_while_jobs_are_made(mediaconvert, source, queue):
    async def made():
        return await create(mediaconvert, job_request(source, "pages", Queue=queue))

    first = [await made() for _ in range(5)]
    down = await mediaconvert.list_jobs(Queue=queue, MaxResults=2)
    up = await mediaconvert.list_jobs(Queue=queue, MaxResults=2, Order="ASCENDING")
    assert (ids(down), ids(up)) == (first[4:2:-1], first[:2])
    later = await made()
    down = await mediaconvert.list_jobs(Queue=queue, MaxResults=20, NextToken=down["NextToken"])
    up = await mediaconvert.list_jobs(Queue=queue, Order="ASCENDING", NextToken=up["NextToken"])
    assert (ids(down), ids(up)) == (first[2::-1], [*first[2:], later])
    assert "NextToken" not in down | up


async def test_filters(mediaconvert, source, queue):
    kept = await create(mediaconvert, job_request(source, "kept", Queue=queue))
    gone = await create(mediaconvert, job_request("s3://media/in/other.mp4", "gone", Queue=queue))
    await mediaconvert.cancel_job(Id=gone)
    listed = mediaconvert.list_jobs
    assert ids(await listed(Queue=queue, Status="SUBMITTED")) == [kept]
    assert ids(await listed(Queue=queue, Status="CANCELED")) == [gone]
    assert ids(await listed(Queue=queue, Status="ERROR")) == []
    arn = (await mediaconvert.get_queue(Name=queue))["Queue"]["Arn"]
    assert ids(await listed(Queue=arn)) == [gone, kept]
    search = mediaconvert.search_jobs
    assert ids(await search(InputFile="in/source.mp4", Queue=queue)) == [kept]
    assert ids(await search(InputFile="in/", Queue=queue, Order="ASCENDING")) == [kept, gone]
    assert ids(await search(InputFile="in/", Queue=queue, Status="CANCELED")) == [gone]
    assert ids(await search(InputFile="nowhere")) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"MaxResults": 21},
        {"MaxResults": 0},
        {"Status": "DONE"},
        {"Order": "SIDEWAYS"},
        {"NextToken": "ä"},
        {"NextToken": "not base64"},
        {"NextToken": "/w=="},
    ],
    ids=str,
)
async def test_wrong_queries_are_refused(renderer, wrong):
    names = {"MaxResults": "maxResults", "Status": "status", "Order": "order", "NextToken": "nextToken"}
    params = {names[name]: str(value) for name, value in wrong.items()}
    for path in ("jobs", "search"):
        status, kind = await get(f"{renderer.endpoint_url}/2017-08-29/{path}", params)
        assert (status, kind) == (400, "BadRequestException")


async def get(url, params):
    async with aiohttp.ClientSession() as session, session.get(url, params=params) as answer:
        return answer.status, answer.headers.get("x-amzn-errortype")


async def probed(mediaconvert, s3, path):
    await s3.put_object(Bucket=BUCKET, Key=f"in/{path.name}", Body=path.read_bytes(), ContentType="video/mp4")
    answer = await mediaconvert.probe(InputFiles=[{"FileUrl": f"s3://media/in/{path.name}"}])
    (result,) = answer["ProbeResults"]
    return result


async def test_probe_tells_container_and_tracks(mediaconvert, s3, tmp_path):
    path = clip(tmp_path / "probed.mp4", rate="30000/1001")
    result = await probed(mediaconvert, s3, path)
    container = result["Container"]
    assert container["Format"] == "mp4"
    assert container["Duration"] == pytest.approx(2.0, abs=0.05)
    video, audio = container["Tracks"]
    assert video.pop("Duration") == pytest.approx(2.0, abs=0.05)
    properties = video.pop("VideoProperties")
    assert video == {"Index": 1, "TrackType": "video", "Codec": "AVC"}
    assert properties.pop("BitRate") > 0
    assert properties == {
        "Width": 320,
        "Height": 180,
        "BitDepth": 8,
        "FrameRate": {"Numerator": 30000, "Denominator": 1001},
        "ColorPrimaries": "UNSPECIFIED",
        "TransferCharacteristics": "UNSPECIFIED",
        "MatrixCoefficients": "UNSPECIFIED",
    }
    assert (audio["Codec"], audio["AudioProperties"]["Channels"]) == ("AAC", 2)
    assert audio["AudioProperties"]["SampleRate"] == 48_000
    assert result["TrackMappings"] == [
        {"VideoTrackIndexes": [1], "AudioTrackIndexes": [2], "DataTrackIndexes": []}
    ]
    assert result["Metadata"]["FileSize"] == path.stat().st_size
    assert result["Metadata"]["MimeType"] == "video/mp4"


async def test_probe_tells_colour_and_depth(mediaconvert, s3, tmp_path):
    result = await probed(mediaconvert, s3, hdr_clip(tmp_path / "hdr.mp4"))
    (video,) = result["Container"]["Tracks"]
    assert video["Codec"] == "HEVC"
    told = {name: video["VideoProperties"][name] for name in ("BitDepth", "ColorPrimaries")}
    assert told == {"BitDepth": 10, "ColorPrimaries": "ITU_2020"}
    assert video["VideoProperties"]["TransferCharacteristics"] == "SMPTE_2084"


async def test_probe_of_sound_alone(mediaconvert, s3, tmp_path):
    result = await probed(mediaconvert, s3, audio_only_clip(tmp_path / "sound.m4a"))
    assert [track["TrackType"] for track in result["Container"]["Tracks"]] == ["audio"]
    assert result["TrackMappings"][0]["VideoTrackIndexes"] == []


async def test_what_cannot_be_probed(mediaconvert, s3, tmp_path):
    clip(tmp_path / "own.mp4")
    await s3.put_object(Bucket=BUCKET, Key="in/text.mp4", Body=b"text")
    for files, expected in (
        ([{"FileUrl": "s3://media/in/missing.mp4"}], "NotFoundException"),
        ([{"FileUrl": "s3://media/in/text.mp4"}], "UnprocessableEntityException"),
        ([], "BadRequestException"),
        ([{}], "BadRequestException"),
        ([{"FileUrl": str(tmp_path / "own.mp4")}], "BadRequestException"),
        ([{"FileUrl": f"file:{tmp_path}/own.mp4"}], "BadRequestException"),
    ):
        with pytest.raises(ClientError) as refused:
            await mediaconvert.probe(InputFiles=files)
        assert refused.value.response["Error"]["Code"] == expected
