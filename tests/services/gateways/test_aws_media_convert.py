"""MediaConvert through the real client: the embedded renderer behind a proxy that loses and refuses."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from uuid_utils.compat import uuid7

from services.gateways import aws_media_convert
from services.gateways.aws_session import aws_session
from services.gateways.media_convert import (
    Job,
    JobOutput,
    JobProblem,
    JobRefused,
    JobWarning,
    OutcomeUnknown,
    TryAgainLater,
)
from services.gateways.rate_bucket import RateBucket
from tests.faulty_proxy import CUT, CUT_AFTERWARDS, LOST, THROTTLED, Fault
from tests.services.gateways.lossy_media_convert import (
    RENDER_ID,
    media_convert,
    opened,
    page,
    proxy,
    quick_retries,
    request_of,
)
from tests.slow_cases import slow_after

__all__ = ["media_convert", "proxy", "quick_retries"]
JOBS = "/2017-08-29/jobs"


async def jobs_of(render_id, renderer_url):
    """Every job of a render, as somebody else sees them."""
    async with aws_session().create_client(
        "mediaconvert", endpoint_url=renderer_url, region_name="eu-west-1"
    ) as client:
        listed = [
            job async for page in client.get_paginator("list_jobs").paginate() for job in page.get("Jobs", [])
        ]
    return [job["Id"] for job in listed if job["UserMetadata"].get("renderId") == str(render_id)]


async def ended(media_convert, job_id):
    for _ in range(600):
        job = await media_convert.get_job(job_id)
        if job.status not in ("SUBMITTED", "PROGRESSING"):
            return job
        await asyncio.sleep(0.05)
    raise AssertionError(job)


async def test_a_job_from_making_to_its_end(media_convert):
    render_id = uuid7()
    made = await media_convert.create_job(request_of(render_id))
    assert (made.render_id, made.user_metadata["env"]) == (str(render_id), "test")
    assert abs(made.created_at - datetime.now(UTC)) < timedelta(seconds=30)
    job = await ended(media_convert, made.id)
    assert (job.id, job.queue, job.status, job.error_code) == (made.id, made.queue, "ERROR", 1404)
    assert job.error_message
    assert job.finished_at >= job.submitted_at
    assert job.created_at == made.created_at


async def test_everything_get_job_tells(proxy, media_convert):
    body = {
        "job": {
            "id": "1-abc",
            "queue": "arn:aws:mediaconvert:eu-west-1:111122223333:queues/airdate",
            "status": "COMPLETE",
            "role": "arn:aws:iam::111122223333:role/r",
            "settings": {
                "outputGroups": [
                    {
                        "outputGroupSettings": {
                            "type": "HLS_GROUP_SETTINGS",
                            "hlsGroupSettings": {"destination": "s3://media/t/hls/index"},
                        }
                    },
                    {"outputGroupSettings": {"fileGroupSettings": {"destination": "s3://media/t/mp4/video"}}},
                ]
            },
            "createdAt": 1767225600,
            "currentPhase": "UPLOADING",
            "jobPercentComplete": 100,
            "retryCount": 1,
            "userMetadata": {"renderId": "r", "app": "airdate"},
            "messages": {"info": ["Told."], "warning": ["Padded."]},
            "warnings": [{"code": 230002, "count": 2}],
            "timing": {"submitTime": 1767225600, "startTime": 1767225603, "finishTime": 1767225660},
            "outputGroupDetails": [
                {
                    "outputDetails": [
                        {"durationInMs": 23000, "videoDetails": {"widthInPx": 1280, "heightInPx": 720}}
                    ]
                },
                {"outputDetails": [{"durationInMs": 22999}]},
            ],
        }
    }
    proxy.faults = [Fault(200, body)]
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    assert await media_convert.get_job("1-abc") == Job(
        id="1-abc",
        queue="arn:aws:mediaconvert:eu-west-1:111122223333:queues/airdate",
        status="COMPLETE",
        render_id="r",
        percent=100,
        phase="UPLOADING",
        retry_count=1,
        warnings=(JobWarning("230002", 2),),
        messages=("Padded.", "Told."),
        user_metadata={"renderId": "r", "app": "airdate"},
        destination="s3://media/t/hls/index",
        created_at=moment,
        submitted_at=moment,
        started_at=moment + timedelta(seconds=3),
        finished_at=moment + timedelta(seconds=60),
        outputs=((JobOutput(23000, 1280, 720),), (JobOutput(22999, None, None),)),
    )
    assert proxy.asked == [f"GET {JOBS}/1-abc"]


@pytest.mark.parametrize(
    "faults",
    [
        pytest.param([THROTTLED] * 3, marks=pytest.mark.slow),
        [LOST],
        pytest.param([CUT_AFTERWARDS], marks=pytest.mark.slow),
        pytest.param([CUT, LOST, THROTTLED], marks=pytest.mark.slow),
        pytest.param([Fault(503, {"message": "Service Unavailable"})], marks=pytest.mark.slow),
    ],
    ids=["throttled", "answer lost", "connection cut afterwards", "everything", "unavailable"],
)
async def test_one_job_whatever_happens_on_the_way(proxy, media_convert, renderer_url, faults):
    render_id = uuid7()
    proxy.faults = list(faults)
    job = await media_convert.create_job(request_of(render_id))
    assert proxy.asked == [f"POST {JOBS}"] * (len(faults) + 1)
    assert await jobs_of(render_id, renderer_url) == [job.id]


@pytest.mark.slow
async def test_throttled_to_the_end_means_that_nothing_was_made(proxy, media_convert, renderer_url):
    render_id = uuid7()
    proxy.faults = [THROTTLED] * 4
    with pytest.raises(TryAgainLater, match="TooManyRequestsException: Too Many Requests"):
        await media_convert.create_job(request_of(render_id))
    assert proxy.faults == []
    assert await jobs_of(render_id, renderer_url) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "faults",
    [
        [LOST] * 4,
        [CUT_AFTERWARDS] * 4,
        [LOST, THROTTLED, THROTTLED, THROTTLED],
        [CUT_AFTERWARDS, *[THROTTLED] * 3],
    ],
    ids=["lost", "cut", "lost, then throttled", "cut, then throttled"],
)
async def test_a_lost_answer_is_healed_by_looking(proxy, media_convert, renderer_url, faults):
    render_id = uuid7()
    proxy.faults = list(faults)
    with pytest.raises(OutcomeUnknown):
        await media_convert.create_job(request_of(render_id))
    (made,) = await jobs_of(render_id, renderer_url)
    found = await media_convert.find_job(render_id, created_after=datetime.now(UTC))
    assert found.id == made


async def test_a_lost_answer_then_a_refusal_is_no_refusal(proxy, media_convert):
    proxy.faults = [LOST, Fault(403, {"message": "no longer"}, "ForbiddenException")]
    with pytest.raises(OutcomeUnknown):
        await media_convert.create_job(request_of(uuid7()))


async def test_it_is_not_sent_again_when_the_token_may_be_forgotten(
    proxy, media_convert, renderer_url, monkeypatch
):
    monkeypatch.setattr(aws_media_convert, "RETRIED_WITHIN_SECONDS", 0.0)
    render_id = uuid7()
    proxy.faults = [LOST]
    with pytest.raises(OutcomeUnknown, match="No answer to CreateJob within 0 s"):
        await media_convert.create_job(request_of(render_id))
    assert proxy.asked == [f"POST {JOBS}"]
    assert len(await jobs_of(render_id, renderer_url)) == 1
    # Looking changes nothing, so it may be asked again at any time.
    proxy.faults = [LOST]
    assert await media_convert.find_job(render_id) is not None


@pytest.mark.slow
async def test_nobody_there(media_convert):
    async with opened("http://127.0.0.1:9") as nobody:
        with pytest.raises(OutcomeUnknown, match="EndpointConnectionError"):
            await nobody.get_job("1-abc")


@pytest.mark.parametrize(
    ("status", "kind"),
    slow_after(
        1,
        [
            (402, "ServiceQuotaExceededException"),
            (403, "ExpiredTokenException"),
            (403, "UnrecognizedClientException"),
            (403, "InvalidSignatureException"),
        ],
    ),
)
async def test_what_is_no_fault_of_the_job_may_be_tried_later(proxy, media_convert, status, kind):
    proxy.faults = [Fault(status, {"message": "Not now."}, kind)]
    with pytest.raises(TryAgainLater, match=f"{kind}: Not now."):
        await media_convert.create_job(request_of(uuid7()))
    assert len(proxy.asked) == 1


async def test_a_refusal_names_every_field(proxy, media_convert):
    message = (
        "/outputGroups/0/outputs/0/audioDescriptions/0/codecSettings/aacSettings: sampleRate is a required "
        "property | /inputs/0/fileInput: must match ^(s3://|https?://)$ | /role: is empty"
    )
    proxy.faults = [Fault(400, {"message": message}, "BadRequestException")]
    with pytest.raises(JobRefused) as refused:
        await media_convert.create_job(request_of(uuid7()))
    assert refused.value.code == "BadRequestException"
    assert refused.value.problems == (
        JobProblem(
            "/outputGroups/0/outputs/0/audioDescriptions/0/codecSettings/aacSettings",
            "sampleRate is a required property",
        ),
        JobProblem("/inputs/0/fileInput", "must match ^(s3://|https?://)$"),
        JobProblem("/role", "is empty"),
    )
    assert str(refused.value) == (
        "OutputGroups[0].Outputs[0].AudioDescriptions[0].CodecSettings.AacSettings: sampleRate is a required "
        "property; Inputs[0].FileInput: must match ^(s3://|https?://)$; Role: is empty"
    )


async def test_a_refusal_of_the_embedded_renderer_is_read_the_same(media_convert):
    with pytest.raises(JobRefused) as refused:
        await media_convert.create_job(request_of(uuid7(), Priority=99))
    assert refused.value.problems == (JobProblem("/priority", "should be at most 50"),)
    assert str(refused.value) == "Priority: should be at most 50"


@pytest.mark.parametrize(
    "message",
    ["You must provide a valid role: arn:aws:iam::1:role/x", "a | b: c", "https://aws.amazon.com: no"],
)
async def test_other_texts_of_refusals_stay_as_they_are(proxy, media_convert, message):
    proxy.faults = [Fault(400, {"message": message}, "BadRequestException")]
    with pytest.raises(JobRefused) as refused:
        await media_convert.create_job(request_of(uuid7()))
    assert (str(refused.value), refused.value.problems) == (message, ())


async def test_a_request_that_botocore_will_not_send_is_refused(proxy, media_convert):
    with pytest.raises(JobRefused, match='Missing required parameter in input: "Settings"'):
        await media_convert.create_job({"Role": "arn:aws:iam::111122223333:role/r"})
    assert proxy.asked == []


async def test_unknown_jobs_and_jobs_that_are_over(media_convert, proxy):
    assert await media_convert.get_job("1700000000000-abcdef") is None
    await media_convert.cancel_job("1700000000000-abcdef")
    proxy.faults = [Fault(409, {"message": "over"}, "ConflictException")]
    await media_convert.cancel_job("1700000000000-abcdef")
    proxy.faults = [Fault(403, {"message": "no"}, "ForbiddenException")]
    with pytest.raises(JobRefused, match="no"):
        await media_convert.cancel_job("1700000000000-abcdef")


@pytest.mark.slow
async def test_every_attempt_waits_for_its_turn_and_making_goes_first(proxy):
    turns = []

    class Counting(RateBucket):
        async def take(self, *, patience_seconds=0.0):
            turns.append(patience_seconds)
            await super().take(patience_seconds=patience_seconds)

    async with opened(proxy.url, Counting(per_second=1000, burst=1000)) as media_convert:
        proxy.faults = [THROTTLED, THROTTLED]
        await media_convert.create_job(request_of(uuid7()))
        await media_convert.get_job("1-abc")
        proxy.faults = [page(more=False)]
        await media_convert.find_job(RENDER_ID)
        await media_convert.cancel_job("1-abc")
    assert turns == [0.0, 0.0, 0.0, 10.0, 5.0, 0.0]
