import pytest

import models
from models.statuses import ProductionStatus, PublicationStatus
from services.errors import Refused
from services.gateways.media_convert import JobRefused
from services.production_config import OutputsConfig, ProductionConfig
from tests.factories import make_publication, make_space

NEXT_CONFIG = ProductionConfig(outputs=OutputsConfig(max_height=480))


async def test_after_an_internal_error_another_render_is_queued_and_waits(life):
    await life.work()
    await life.fails(1999, message="Unknown internal error")
    production = await life.production()
    first, second = await life.render(1), await life.render(2)
    assert (production.status, production.current_render_number) == (ProductionStatus.QUEUED, 2)
    assert (first.status, first.error_code) == (ProductionStatus.FAILED, "1999")
    assert second.output_prefix == first.output_prefix[:-1] + "2"
    assert (second.automatic_retries, second.config) == (1, first.config)
    assert await life.work() == 0, "it has to wait a minute"
    life.clock.advance(seconds=61)
    assert await life.work() == 1
    await life.completes(2)
    assert await life.renders() == [(1, "FAILED"), (2, "COMPLETED")]
    assert await life.history() == [
        ("STATUS", "QUEUED", 1),
        ("SUBMITTED", "QUEUED", 1),
        ("RENDER_ENDED", "FAILED", 1),
        ("STATUS", "QUEUED", 2),
        ("SUBMITTED", "QUEUED", 2),
        ("STATUS", "PROCESSING", 2),
        ("STATUS", "COMPLETED", 2),
    ]
    log = models.StatusEvent.filter(subject_id=life.production_id)
    causes = [row.data["cause"] for row in await log.order_by("sequence")]
    assert causes[1] == "retried automatically after 1999"
    tokens = {request["ClientRequestToken"] for request in life.renderer.requests.values()}
    assert len(tokens) == 2


async def test_the_chain_ends_and_a_person_begins_another(life):
    for number in (1, 2, 3):
        life.clock.advance(minutes=5)
        await life.work()
        await life.fails(1999, number)
    assert (await life.production()).status is ProductionStatus.FAILED
    assert await life.renders() == [(1, "FAILED"), (2, "FAILED"), (3, "FAILED")]
    await life.retry()
    assert (await life.render(4)).automatic_retries == 0
    await life.work()
    await life.fails(1999, 4)
    assert (await life.render(5)).automatic_retries == 1


async def test_an_error_that_a_retry_cannot_help_fails_at_once(life):
    await life.work()
    await life.fails(1040)
    assert await life.renders() == [(1, "FAILED")]
    assert (await life.production()).status is ProductionStatus.FAILED


@pytest.mark.parametrize(("minutes", "renders"), [(5, 2), (60, 1)])
async def test_a_missing_source_is_tried_again_only_while_it_is_new(life, minutes, renders):
    await life.work()
    life.clock.advance(minutes=minutes)
    await life.fails(1404)
    assert len(await life.renders()) == renders


async def test_the_same_failure_told_twice_makes_one_retry(life):
    await life.work()
    await life.fails(1999)
    event = life.renderer.event(await life.job(1))
    assert await life.tell(event) is None
    assert await life.renders() == [(1, "FAILED"), (2, "QUEUED")]


async def test_a_waiting_retry_can_be_cancelled(life):
    await life.work()
    await life.fails(1999)
    await life.cancel()
    assert await life.work() == 1
    assert await life.renders() == [(1, "FAILED"), (2, "CANCELED")]
    assert (await life.production()).status is ProductionStatus.CANCELED
    life.clock.advance(hours=1)
    assert await life.work() == 0
    assert life.renderer.calls.count("create_job") == 1


async def test_nothing_is_tried_again_that_somebody_wants_to_end(life):
    await life.work()
    await life.cancel()
    await life.fails(1999)
    assert await life.renders() == [(1, "FAILED")]


async def test_what_waits_to_be_published_waits_on(life):
    space = await make_space(await models.User.get(id=life.viewer.user_id))
    publication = await make_publication(await life.production(), space, PublicationStatus.WAITING)
    await life.work()
    await life.fails(1999)
    await publication.refresh_from_db()
    assert publication.status is PublicationStatus.WAITING
    life.clock.advance(minutes=2)
    await life.work()
    await life.completes(2)
    await publication.refresh_from_db()
    assert publication.status is PublicationStatus.LIVE
    assert ("PUBLISHED", "COMPLETED", 2) in await life.history()


async def test_an_earlier_completed_render_plays_on(life):
    await life.work()
    await life.completes()
    await life.update(NEXT_CONFIG)
    await life.work()
    await life.fails(1040, 2)
    production = await life.production()
    assert (production.status, production.playable_render_number) == (ProductionStatus.FAILED, 1)


async def test_a_refused_job_fails_with_its_own_words(life):
    life.renderer.fail_before["create_job"] = JobRefused("BadRequestException", "/role: is not one.")
    await life.work()
    render = await life.render(1)
    assert (render.status, render.error_code, render.error_message) == (
        ProductionStatus.FAILED,
        "BadRequestException",
        "/role: is not one.",
    )
    with pytest.raises(Refused):
        await life.cancel()
