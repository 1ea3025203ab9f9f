"""Cancelling at any moment of a real job's life: one end, the same at MediaConvert and here."""

import asyncio

import pytest

import models
from models.statuses import ProductionStatus
from server.wiring import open_renderer
from services.cancel_production import cancel_production
from services.create_production import create_production
from services.errors import Refused
from services.production_config import ProductionConfig
from services.render_lifecycle import is_terminal
from tests.factories import MEDIA, make_upload, make_user, viewer_of
from tests.media import clip

AT_MEDIA_CONVERT = {"COMPLETED": "COMPLETE", "CANCELED": "CANCELED"}


async def until(condition, seconds=60):
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@pytest.mark.slow
@pytest.mark.parametrize(
    "moment", ["at once", "submitted", "processing", "half way", "uploading", "completed"]
)
async def test_there_is_one_end(gateways, worker, settings, renderer_url, clips, moment):
    owner = await make_user()
    media = MEDIA | {"duration_ms": 20_000, "width": 640, "height": 360}
    upload = await make_upload(owner, media=media)
    body = clip(clips / "cancel.mp4", size="640x360", rate="25", seconds=20).read_bytes()
    await gateways.storage.put(upload.source_key, body, content_type="video/mp4")
    viewer = viewer_of(owner)
    production = await create_production(
        viewer=viewer, bus=gateways.bus, upload_id=upload.id, title=None, config=ProductionConfig()
    )

    async def has_come():
        render = await models.Render.get(production_id=production.id)
        return (
            is_terminal(render.status)
            or {
                "at once": True,
                "submitted": render.job_id is not None,
                "processing": render.status is ProductionStatus.PROCESSING,
                "half way": render.progress_percent > 20,
                "uploading": render.progress_percent >= 90,
                "completed": False,
            }[moment]
        )

    async def has_ended():
        return is_terminal((await models.Render.get(production_id=production.id)).status)

    await until(has_come)
    try:
        await cancel_production(
            viewer=viewer, bus=gateways.bus, clock=gateways.clock, production_id=production.id
        )
    except Refused:
        assert await has_ended()
    await until(has_ended)
    render = await models.Render.get(production_id=production.id)
    shown = await models.Production.get(id=production.id)
    assert shown.status is render.status
    assert shown.playable_render_number == (1 if render.status is ProductionStatus.COMPLETED else None)
    if moment in ("at once", "submitted", "processing"):
        assert render.status is ProductionStatus.CANCELED
    if moment == "completed":
        assert render.status is ProductionStatus.COMPLETED
    if render.job_id is not None:
        rendering = settings.model_copy(update={"mediaconvert_endpoint_url": renderer_url})
        async with open_renderer(rendering) as renderer:
            job = await renderer.get_job(render.job_id)
        assert job.status == AT_MEDIA_CONVERT[render.status.value]

    async def is_tidied():
        left = await gateways.storage.list_objects(f"{render.output_prefix}/")
        return bool(left) == (render.status is ProductionStatus.COMPLETED)

    await until(is_tidied)
