"""A worker killed between every two steps of submitting a render and of recording its end, on the real parts:
whatever was lost, there is one job and one outcome."""

import asyncio
import json
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

import models
from models.statuses import ProductionStatus
from server.wiring import open_renderer
from services.create_production import create_production
from services.gateways.clock import SystemClock
from services.production_config import LowerThird, ProductionConfig
from services.reconcile_renders import reconcile_renders
from services.record_render_event import record_render_event
from services.rendering.render_events import read_media_convert_event
from services.rows.lock_production import lock_production
from services.submit_render import claim_render, submit_render
from tests.factories import MEDIA, make_upload, make_user, viewer_of
from tests.media import clip
from tests.services.small_media_convert import SilentBus

MEDIA_OF_CLIP = MEDIA | {"duration_ms": 1000, "width": 160, "height": 90, "frame_rate": "25"}
CONFIG = ProductionConfig(lower_thirds=(LowerThird("Ada", 0, 900),))
MOST_POINTS = 200
FAR_AWAY = datetime(2100, 1, 1, tzinfo=UTC)
PATIENCE_SECONDS = 240


class LaterClock(SystemClock):
    """Now and a while: leases and pauses are over."""

    def __init__(self):
        self.ahead = timedelta(0)

    def now(self):
        return super().now() + self.ahead


@asynccontextmanager
async def dying_worker():
    """Sends one order to tests.die_in_the_middle and returns its answer."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.die_in_the_middle",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )

    async def order(settings, step, point, event=None):
        told = {"settings": settings, "step": step, "point": point, "event": event}
        process.stdin.write(json.dumps(told).encode() + b"\n")
        return (await process.stdout.readline()).decode().strip()

    try:
        yield order
    finally:
        process.stdin.close()
        await process.wait()


@pytest.fixture(scope="module")
def deaf_renderer_url(stack, opened, tmp_path_factory):
    """A renderer whose events reach nobody."""
    return stack.start_renderer(
        events_url="http://127.0.0.1:9/nobody", events_key="none", data_dir=tmp_path_factory.mktemp("deaf")
    ).endpoint_url


@pytest.fixture
async def rendering(settings, gateways, deaf_renderer_url):
    rendering = settings.model_copy(update={"mediaconvert_endpoint_url": deaf_renderer_url})
    async with open_renderer(rendering) as renderer:
        yield rendering, renderer


def told_settings(settings):
    names = ("database_url", "redis_url", "s3_endpoint_url", "s3_bucket", "environment")
    values = {name: getattr(settings, name) for name in (*names, "mediaconvert_endpoint_url")}
    return values | {"mediaconvert_role": settings.mediaconvert_role}


async def ready_upload(storage, clips):
    owner = await make_user()
    upload = await make_upload(owner, media=MEDIA_OF_CLIP)
    body = clip(clips / "crash.mp4", size="160x90", rate="25", seconds=1).read_bytes()
    await storage.put(upload.source_key, body, content_type="video/mp4")
    return owner, upload


async def new_render(owner, upload):
    production = await create_production(
        viewer=viewer_of(owner), bus=SilentBus(), upload_id=upload.id, title=None, config=CONFIG
    )
    return await models.Render.get(production_id=production.id)


async def jobs_of(renderer, render):
    """Every job that claims the render, however it stands."""
    pages = await renderer._client.list_jobs(MaxResults=20, Order="DESCENDING")
    found = list(pages["Jobs"])
    while "NextToken" in pages:
        pages = await renderer._client.list_jobs(
            MaxResults=20, Order="DESCENDING", NextToken=pages["NextToken"]
        )
        found += pages["Jobs"]
    return [job["Id"] for job in found if job["UserMetadata"].get("renderId") == str(render.id)]


class CountingRenderer:
    def __init__(self, inner):
        self._inner = inner
        self.created = 0

    def __getattr__(self, name):
        return getattr(self._inner, name)

    async def create_job(self, request):
        self.created += 1
        return await self._inner.create_job(request)


async def settled(renders, rendering, gateways, clock):
    """A fresh worker goes on until every render has ended; how many jobs it made."""
    settings, renderer = rendering
    counting = CountingRenderer(renderer)
    outside = {"storage": gateways.storage, "bus": SilentBus(), "clock": clock}
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            clock.ahead += timedelta(seconds=61)
            while (render_id := await claim_render(clock=clock)) is not None:
                await submit_render(
                    render_id=render_id, renderer=counting, defaults=settings.job_defaults, **outside
                )
            for _ in renders:
                clock.ahead += timedelta(seconds=1)
                await reconcile_renders(renderer=counting, **outside)
            rows = await models.Render.filter(id__in=[render.id for render in renders])
            if all(row.status not in (ProductionStatus.QUEUED, ProductionStatus.PROCESSING) for row in rows):
                return counting.created
            await asyncio.sleep(0.2)


@pytest.mark.slow
async def test_one_job_and_one_outcome_wherever_submitting_dies(rendering, gateways, clips):
    settings, renderer = rendering
    owner, upload = await ready_upload(gateways.storage, clips)
    renders, made_before = [], 0
    async with dying_worker() as order:
        for point in range(1, MOST_POINTS):
            render = await new_render(owner, upload)
            answer = await order(told_settings(settings), "submit", point)
            assert answer in ("killed", "done")
            jobs = await jobs_of(renderer, render)
            assert len(jobs) <= 1
            made_before += len(jobs)
            renders.append(render)
            if answer == "done":
                break
            # Left lying, so that the next one to die takes up the next render.
            await models.Render.filter(id=render.id, job_id=None).update(due_at=FAR_AWAY)
    assert point > 30, "every statement and call is a point"
    assert 0 < made_before < len(renders)
    await models.Render.filter(job_id=None).update(due_at=None)
    clock = LaterClock()
    made_after = await settled(renders, rendering, gateways, clock)
    assert made_before + made_after == len(renders)
    for render in renders:
        jobs = await jobs_of(renderer, render)
        row = await models.Render.get(id=render.id).select_related("production")
        assert ([row.job_id], row.status) == (jobs, ProductionStatus.COMPLETED)
        assert (row.production.status, row.production.playable_render_number) == ("COMPLETED", 1)
        assert all(output["byteSize"] for output in row.outputs)
        steps = await models.RenderStep.filter(production_id=row.production_id)
        assert [step.kind for step in steps] == ["SUBMITTED"]
    assert await models.Render.all().count() == len(renders)


@pytest.mark.slow
@pytest.mark.parametrize("end", ["COMPLETE", "ERROR"])
async def test_one_outcome_wherever_recording_dies(rendering, gateways, clips, end):
    """The event is delivered again, as EventBridge does after a delivery that was not accepted."""
    settings, _ = rendering
    owner, upload = await ready_upload(gateways.storage, clips)
    done = []
    async with dying_worker() as order:
        for point in range(1, MOST_POINTS):
            render = await new_render(owner, upload)
            async with asyncio.timeout(PATIENCE_SECONDS):
                await models.Render.filter(id=render.id).update(job_id=f"job-{point}", due_at=None)
            event = {
                "source": "aws.mediaconvert",
                "detail": {
                    "timestamp": 1767225660000,
                    "jobId": f"job-{point}",
                    "status": end,
                    "errorCode": 1999,
                    "userMetadata": {"app": "airdate", "env": "test", "renderId": str(render.id)},
                },
            }
            answer = await order(told_settings(settings), "record", point, event)
            assert answer in ("killed", "done")
            await whole(render)
            read = read_media_convert_event(event, app="airdate", environment="test")
            await record_render_event(
                event=read, storage=gateways.storage, bus=SilentBus(), clock=SystemClock()
            )
            done.append(render)
            if answer == "done":
                break
    assert point > 15
    for render in done:
        rows = await models.Render.filter(production_id=render.production_id).order_by("number")
        told = [row.status.value for row in rows]
        assert told == (["COMPLETED"] if end == "COMPLETE" else ["FAILED", "QUEUED"])
        log = await models.StatusEvent.filter(subject_id=render.production_id).order_by("id")
        last = "COMPLETED" if end == "COMPLETE" else "QUEUED"
        assert [row.data["status"] for row in log] == ["QUEUED", last]
        assert [row.sequence for row in log] == [1, 2]


async def whole(render):
    """After the kill: either nothing was recorded, or all of it."""
    production = await lock_production(models.Production.all(), render.production_id)
    current = await models.Render.get(
        production_id=render.production_id, number=production.current_render_number
    )
    assert production.status is current.status
    assert await models.StatusEvent.filter(subject_id=production.id).count() == production.sequence
