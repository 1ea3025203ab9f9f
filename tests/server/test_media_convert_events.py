"""The HTTP endpoint as the target of an EventBridge API destination."""

import random

import httpx
import pytest
from tortoise.exceptions import OperationalError

import models
from models.statuses import ProductionStatus, RenderErrorStage
from tests.conftest import EVENTS_KEY
from tests.job_events import ENDINGS, JOB_ID, STORY, ending_of, job_event, submitted_render, told

URL = "/events/mediaconvert"
KEY = {"x-airdate-events-key": EVENTS_KEY}
ERROR = {ProductionStatus.FAILED: ("1040", RenderErrorStage.RENDERING)}


@pytest.fixture
def lenient_http(server):
    """A client that is told 500 as EventBridge is."""
    return httpx.AsyncClient(base_url=server, headers=KEY)


@pytest.mark.parametrize(("ending", "status"), ENDINGS.items())
@pytest.mark.parametrize("seed", range(4))
async def test_the_examples_in_any_order_and_again(http, database, ending, status, seed):
    render = await submitted_render()
    events = [job_event(name, render.id) for name in [*STORY, ending]]
    order = random.Random(seed)
    replay = [*events, *order.sample(events, 4)]
    order.shuffle(replay)
    for event in replay:
        assert (await http.post(URL, json=event, headers=KEY)).status_code == 204
    ending = await ending_of(render)
    percent = ending.pop("percent")
    assert percent == (100, 100) if status is ProductionStatus.COMPLETED else percent[0] == percent[1] < 100
    assert ending == {
        "status": (status, status),
        "phase": (None, None),
        "job_id": JOB_ID,
        "error": ERROR.get(status, (None, None)),
        "warnings": ["100000", "230002"] if status is ProductionStatus.COMPLETED else ["100000"],
    }


async def test_a_replay_of_everything_changes_nothing(http, database):
    render = await submitted_render()
    events = [job_event(name, render.id) for name in [*STORY, "05_complete"]]
    for event in events:
        await http.post(URL, json=event, headers=KEY)
    before = await told(render)
    for event in [*events, job_event("06_error", render.id), job_event("07_canceled", render.id)]:
        assert (await http.post(URL, json=event, headers=KEY)).status_code == 204
    assert await told(render) == before


async def test_what_is_not_ours_changes_nothing(http, database):
    render = await submitted_render()
    before = await told(render)
    other_source = job_event("05_complete", render.id) | {"source": "aws.s3", "detail-type": "Object Created"}
    other_app = job_event("05_complete", render.id)
    other_app["detail"]["userMetadata"]["app"] = "studio"
    by_hand = job_event("05_complete", render.id)
    by_hand["detail"]["userMetadata"] = {}
    other_job = job_event("05_complete", render.id)
    other_job["detail"]["jobId"] = "1760000000000-zzz999"
    unknown = job_event("01_progressing", render.id)
    unknown["detail"]["status"] = "DREAMING"
    for event in (
        other_source,
        other_app,
        by_hand,
        other_job,
        unknown,
        job_event("05_complete", render.id, environment="prod"),
        job_event("05_complete", render.production_id),
        job_event("00_submitted_via_cloudtrail", render.id),
    ):
        assert (await http.post(URL, json=event, headers=KEY)).status_code == 204
    assert await told(render) == before


@pytest.mark.parametrize(
    "headers", [{}, {"x-airdate-events-key": ""}, {"x-airdate-events-key": "ключ".encode()}]
)
async def test_nothing_is_read_without_the_key(http, database, headers):
    render = await submitted_render()
    before = await told(render)
    response = await http.post(URL, json=job_event("05_complete", render.id), headers=headers)
    assert (response.status_code, response.json()) == (401, {"error": "The key is missing or wrong."})
    assert await told(render) == before


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "Expected JSON: "),
        (b'{"source": "aws.media', "Expected JSON: "),
        (b"\xff\xfe", "Expected JSON: "),
        (b"[]", "Expected a JSON object."),
        (b'{"source": "aws.mediaconvert"}', "Expected an EventBridge event: "),
        (b'{"source": 1, "detail": {}}', "Expected an EventBridge event: "),
        (b'{"source": "aws.mediaconvert", "detail": []}', "Expected an EventBridge event: "),
    ],
)
async def test_what_is_no_event_is_refused_for_good(http, database, body, error):
    response = await http.post(URL, content=body, headers=KEY)
    assert response.status_code == 400
    assert response.json()["error"].startswith(error)
    assert await models.StatusEvent.all().count() == 0


async def test_a_body_that_is_too_large(http, database, settings):
    body = b'{"source": "' + b"a" * settings.max_body_bytes + b'"}'
    assert (await http.post(URL, content=body, headers=KEY)).status_code == 413


async def test_what_could_not_be_committed_is_answered_500_and_taken_when_it_comes_again(
    lenient_http, database, monkeypatch
):
    render = await submitted_render()
    before = await told(render)
    event = job_event("05_complete", render.id)
    save = models.Render.save

    async def fail(self, **options):
        await save(self, **options)
        raise OperationalError("the connection is gone")

    with monkeypatch.context() as patched:
        patched.setattr(models.Render, "save", fail)
        response = await lenient_http.post(URL, json=event)
    assert response.status_code == 500
    assert "connection" not in response.text
    assert await told(render) == before
    assert (await lenient_http.post(URL, json=event)).status_code == 204
    assert (await ending_of(render))["status"] == (ProductionStatus.COMPLETED, ProductionStatus.COMPLETED)
    await lenient_http.aclose()
