"""Another config under the same links: while a render is under way, after it failed, and back again."""

from dataclasses import replace

import pytest

import models
from models.statuses import ProductionStatus, PublicationStatus
from services.delete_production import DeleteProductionErrorCode, delete_production
from services.errors import Refused
from services.gateways.media_convert import OutcomeUnknown
from services.production_config import OutputsConfig, ProductionConfig, TitlePage
from services.restore_render import RestoreRenderErrorCode
from tests.factories import make_publication, make_space, make_upload

SECOND = ProductionConfig(outputs=OutputsConfig(max_height=480))
THIRD = ProductionConfig(outputs=OutputsConfig(max_height=360))

IMAGE = {"width": 100, "height": 100, "format": "png"}


async def shown(life):
    """(status, current render, playable render, height asked for)"""
    row = await life.production()
    height = row.config["outputs"]["max_height"]
    return (row.status.value, row.current_render_number, row.playable_render_number, height)


async def test_the_new_render_takes_over_when_it_is_completed(life):
    await life.work()
    await life.completes()
    await life.update(SECOND)
    assert await shown(life) == ("QUEUED", 2, 1, 480)
    await life.work()
    await life.tell(life.renderer.turn(await life.job(2), "PROGRESSING"))
    assert await shown(life) == ("PROCESSING", 2, 1, 480)
    await life.completes(2)
    assert await shown(life) == ("COMPLETED", 2, 2, 480)
    second = await life.render(2)
    assert {output["key"].removeprefix(second.output_prefix)[0] for output in second.outputs} == {"/"}


async def test_a_render_under_way_is_superseded(life):
    await life.work()
    await life.tell(life.renderer.turn("job-1", "PROGRESSING"))
    await life.update(SECOND)
    assert await shown(life) == ("QUEUED", 2, None, 480)
    await life.work()
    assert [job.status for job in life.renderer.jobs.values()] == ["CANCELED", "SUBMITTED"]
    assert await life.tell(life.renderer.event("job-1")) is None
    await life.completes(2)
    assert await life.renders() == [(1, "CANCELED"), (2, "COMPLETED")]
    assert await life.history() == [
        ("STATUS", "QUEUED", 1),
        ("SUBMITTED", "QUEUED", 1),
        ("STATUS", "PROCESSING", 1),
        ("SUPERSEDED", "PROCESSING", 1),
        ("STATUS", "QUEUED", 2),
        ("SUBMITTED", "QUEUED", 2),
        ("RENDER_ENDED", "CANCELED", 1),
        ("STATUS", "PROCESSING", 2),
        ("STATUS", "COMPLETED", 2),
    ]


@pytest.mark.parametrize("status", ["PROGRESSING", "ERROR", "CANCELED", "COMPLETE"])
async def test_what_a_superseded_render_does_no_longer_moves_the_production(life, status):
    space = await make_space(await models.User.get(id=life.viewer.user_id))
    publication = await make_publication(await life.production(), space, PublicationStatus.WAITING)
    await life.work()
    await life.update(SECOND)
    event = life.renderer.turn("job-1", status, error_code=1999, error_message="It broke.")
    assert await life.tell(event) is None
    assert await shown(life) == ("QUEUED", 2, None, 480)
    await publication.refresh_from_db()
    assert publication.status is PublicationStatus.WAITING, "it was replaced before anybody saw it"
    assert len(await life.renders()) == 2, "no automatic retry of what nobody wants"


async def test_a_superseded_render_that_completed_can_be_gone_back_to(life):
    await life.work()
    await life.update(SECOND)
    await life.tell(life.renderer.turn("job-1", "COMPLETE"))
    await life.work()
    await life.fails(1040, 2)
    assert await shown(life) == ("FAILED", 2, None, 480)
    await life.restore(1)
    assert await shown(life) == ("COMPLETED", 1, 1, None)


async def test_many_edits_in_a_row_leave_the_last(life):
    for config in (SECOND, THIRD, SECOND, THIRD):
        await life.update(config)
    await life.work()
    assert await life.renders() == [
        (1, "CANCELED"),
        (2, "CANCELED"),
        (3, "CANCELED"),
        (4, "CANCELED"),
        (5, "QUEUED"),
    ]
    assert life.renderer.calls == ["create_job"]


async def test_an_edit_while_the_answer_of_create_job_is_lost(life):
    life.renderer.fail_after["create_job"] = OutcomeUnknown("No answer.")
    await life.work()
    await life.update(SECOND)
    await life.work()
    life.clock.advance(seconds=61)
    await life.work()
    life.clock.advance(seconds=31)
    await life.work()
    assert [job.status for job in life.renderer.jobs.values()] == ["CANCELED", "SUBMITTED"]
    assert await life.renders() == [(1, "CANCELED"), (2, "QUEUED")]


async def test_the_same_config_is_not_rendered_again(life):
    await life.work()
    await life.update(ProductionConfig())
    assert await life.renders() == [(1, "QUEUED")]


async def two_completed(life):
    await life.work()
    await life.completes()
    await life.update(SECOND)
    await life.work()
    await life.completes(2)


async def test_going_back_plays_the_earlier_render_and_brings_its_config_back(life):
    await two_completed(life)
    sequence = (await life.production()).sequence
    life.bus.heard.clear()
    await life.restore(1)
    assert await shown(life) == ("COMPLETED", 1, 1, None)
    assert life.bus.heard == ["transition", "work"]
    told = await models.StatusEvent.get(sequence=sequence + 1)
    assert told.data == {
        "previousStatus": "COMPLETED",
        "status": "COMPLETED",
        "progressPercent": 100,
        "phase": None,
        "renderNumber": 1,
        "cause": "render 1 restored",
    }
    # Again is nothing new.
    await life.restore(1)
    assert (await life.production()).sequence == sequence + 1
    # A later edit has a number of its own, and takes over.
    await life.update(THIRD)
    assert await shown(life) == ("QUEUED", 3, 1, 360)
    await life.work()
    await life.completes(3)
    assert await shown(life) == ("COMPLETED", 3, 3, 360)
    await life.restore(2)
    assert await shown(life) == ("COMPLETED", 2, 2, 480)


async def test_going_back_while_another_is_under_way_supersedes_that(life):
    await life.work()
    await life.completes()
    await life.update(SECOND)
    await life.work()
    await life.restore(1)
    assert await shown(life) == ("COMPLETED", 1, 1, None)
    await life.work()
    assert await life.tell(life.renderer.event("job-2")) is None
    assert await life.renders() == [(1, "COMPLETED"), (2, "CANCELED")]
    assert await shown(life) == ("COMPLETED", 1, 1, None)


async def test_going_back_notes_again_which_uploads_are_used(life):
    """One of two was deleted since: what was rendered with it plays on."""
    owner = await models.User.get(id=life.viewer.user_id)
    logo, background = [
        await make_upload(owner, kind="IMAGE", content_type="image/png", media=IMAGE) for _ in range(2)
    ]
    title = TitlePage(title="Hello", logo_upload_id=logo.id, background_upload_id=background.id)
    await life.update(replace(SECOND, title_page=title))
    await models.Render.filter(number=2).update(status=ProductionStatus.COMPLETED, outputs=[{"kind": "HLS"}])
    await life.update(THIRD)
    assert await models.ProductionAsset.all().count() == 0
    await background.delete()
    production = await life.restore(2)
    assert production.config["title_page"]["background_upload_id"] == str(background.id)
    used = await models.ProductionAsset.filter(production_id=production.id).values_list(
        "upload_id", flat=True
    )
    assert used == [logo.id]


@pytest.mark.parametrize(
    ("number", "code"),
    [(2, RestoreRenderErrorCode.RENDER_NOT_COMPLETED), (3, RestoreRenderErrorCode.RENDER_NOT_FOUND)],
)
async def test_only_a_completed_render_can_be_gone_back_to(life, number, code):
    await life.work()
    await life.completes()
    await life.update(SECOND)
    before = await shown(life)
    with pytest.raises(Refused) as refused:
        await life.restore(number)
    assert [error.code for error in refused.value.errors] == [code]
    assert await shown(life) == before
    assert (await life.render(2)).cancel_requested_at is None


async def test_the_files_of_what_will_never_play_are_removed_and_no_others(life):
    await life.work()
    await life.completes()
    await life.update(SECOND)
    await life.work()
    prefixes = [(await life.render(number)).output_prefix for number in (1, 2)]
    life.storage.objects[f"{prefixes[1]}/hls/index_00001.ts"] = b"half"
    # r/1 is also the beginning of r/10.
    life.storage.objects[f"{prefixes[1]}0/hls/index_00001.ts"] = b"another"
    await life.fails(1040, 2)
    await life.tidy()
    left = {key.removeprefix(prefixes[0][:-1]).partition("/")[0] for key in life.storage.objects}
    assert left == {"1", "20"}
    assert await models.StorageDeletion.all().count() == 0


async def test_a_production_whose_superseded_render_still_runs_is_not_deleted(life):
    await life.work()
    await life.completes()
    await life.update(SECOND)
    await life.work()
    await life.restore(1)
    with pytest.raises(Refused) as refused:
        await delete_production(viewer=life.viewer, bus=life.bus, production_id=life.production_id)
    assert refused.value.errors[0].code is DeleteProductionErrorCode.PRODUCTION_RENDERING
    await life.work()
    await life.tell(life.renderer.event("job-2"))
    await delete_production(viewer=life.viewer, bus=life.bus, production_id=life.production_id)
    await life.tidy()
    assert life.storage.objects == {}
    assert await models.RenderStep.all().count() == 0
    assert await life.tell(life.renderer.event("job-1")) is None
