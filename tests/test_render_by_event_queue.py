"""A render as on AWS: MediaConvert's API, EventBridge's rule of our template, SQS, and a worker."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager

import orjson
import pytest
from aiohttp import web

from server.wiring import open_event_queue, open_renderer
from server.worker import Worker
from tests.factories import make_token, make_user
from tests.faulty_proxy import CUT_AFTERWARDS, LOST, THROTTLED, faulty_proxy
from tests.job_events import STORY, ending_of, job_event, submitted_render
from tests.journey import ready_upload, rendered
from tests.local_server import serving
from tests.media import clip
from tests.moto_server import aws_client, deployed, messages_in, new_environment
from tests.slow_cases import slow_after
from tests.waiting import until

PRODUCTION = """
query ($id: ID!) { production(id: $id) {
  history { status } renders { number jobId queue } outputs { kind byteSize } } }
"""


@asynccontextmanager
async def bus_for(aws_url):
    """EventBridge's entrance for the embedded renderer, which posts its events."""
    async with aws_client("events", aws_url) as events:

        async def put(request):
            answer = await events.put_events(Entries=[entry(await request.json())])
            assert answer["FailedEntryCount"] == 0
            return web.Response(status=204)

        async with serving(web.post("/", put)) as origin:
            yield f"{origin}/"


def entry(event):
    return {
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": orjson.dumps(event["detail"]).decode(),
    }


@asynccontextmanager
async def working(settings, gateways):
    async with open_renderer(settings) as renderer, open_event_queue(settings) as queue:
        task = asyncio.create_task(Worker(settings, gateways, renderer, queue).run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def mediaconvert_with(queue, renderer):
    """A client of a renderer that has the queue of the stack, which moto does not make there."""
    async with aws_client("mediaconvert", renderer.endpoint_url) as mediaconvert:
        await mediaconvert.create_queue(Name=queue_name(queue))
        yield mediaconvert


def queue_name(arn):
    return arn.rpartition("/")[2]


@pytest.fixture
async def stack_settings(settings, aws_url):
    """Settings as docs/aws/README.md has them set, from the outputs of the stack."""
    environment = new_environment()
    outputs = await deployed(aws_url, environment)
    return settings.model_copy(
        update={
            "environment": environment,
            "mediaconvert_role": outputs["MediaConvertRole"],
            "mediaconvert_queue": outputs["MediaConvertQueue"],
            "events_queue_url": outputs["EventsQueueUrl"],
            "sqs_endpoint_url": aws_url,
        }
    )


@pytest.mark.parametrize(
    "faults",
    slow_after(0, [[], [THROTTLED, LOST, THROTTLED], [LOST] * 4, [CUT_AFTERWARDS] * 4]),
    ids=["no fault", "throttled and lost", "every answer lost", "every connection cut"],
)
async def test_one_job_and_one_outcome_whatever_happens_to_create_job(
    graphql, server, gateways, stack, stack_settings, aws_url, clips, tmp_path, monkeypatch, faults
):
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.0)
    token = await make_token(await make_user())
    async with AsyncExitStack() as outside:
        bus_url = await outside.enter_async_context(bus_for(aws_url))
        renderer = stack.start_renderer(events_url=bus_url, events_key="", data_dir=tmp_path)
        queue = stack_settings.mediaconvert_queue
        mediaconvert = await outside.enter_async_context(mediaconvert_with(queue, renderer))
        proxy = await outside.enter_async_context(faulty_proxy(renderer.endpoint_url))
        proxy.concerns = lambda request: request.method == "POST"
        proxy.faults = list(faults)
        settings = stack_settings.model_copy(update={"mediaconvert_endpoint_url": proxy.url})
        await outside.enter_async_context(working(settings, gateways))
        upload = await ready_upload(graphql, token, clip(clips / "by_queue.mp4", seconds=1))
        production = await rendered(graphql, server, token, upload["id"])
        told = (await graphql(PRODUCTION, {"id": production}, token=token))["production"]
        await until(lambda: _used_up(proxy))
        (job,) = (await mediaconvert.list_jobs())["Jobs"]
    statuses = dict.fromkeys(entry["status"] for entry in told["history"])
    assert list(statuses) == ["QUEUED", "PROCESSING", "COMPLETED"]
    (render,) = told["renders"]
    assert (render["number"], render["jobId"], render["queue"]) == (1, job["Id"], job["Queue"])
    assert queue_name(job["Queue"]) == queue_name(queue)
    assert job["UserMetadata"]["env"] == settings.environment
    assert told["outputs"]
    assert all(output["byteSize"] for output in told["outputs"])


async def _used_up(proxy):
    return not proxy.faults


async def test_the_rule_lets_only_events_of_this_environment_through(
    gateways, settings, stack_settings, aws_url
):
    render, other = await submitted_render(), await submitted_render("1760000000000-zzz999")
    environment = stack_settings.environment
    ours = [job_event(name, render.id, environment) for name in [*STORY, "05_complete"]]
    app = job_event("05_complete", render.id, environment)
    app["detail"]["userMetadata"]["app"] = "studio"
    by_hand = job_event("05_complete", render.id, environment)
    by_hand["detail"]["userMetadata"] = {}
    foreign = [
        job_event("05_complete", other.id, "production"),
        app,
        by_hand,
        job_event("05_complete", render.id, environment) | {"source": "aws.medialive"},
        job_event("05_complete", render.id, environment) | {"detail-type": "AWS API Call via CloudTrail"},
    ]
    async with aws_client("events", aws_url) as events, aws_client("sqs", aws_url) as sqs:
        url = stack_settings.events_queue_url
        await events.put_events(Entries=[entry(event) for event in foreign])
        assert await messages_in(sqs, url) == 0
        await events.put_events(Entries=[entry(event) for event in [*ours, *ours]][:10])
        assert await messages_in(sqs, url) == 10
        async with working(stack_settings, gateways):
            await until(lambda: _empty(sqs, url))
    assert (await ending_of(render))["status"] == ("COMPLETED", "COMPLETED")
    assert (await ending_of(other))["status"] == ("QUEUED", "QUEUED")


async def _empty(sqs, url):
    return await messages_in(sqs, url) == 0
