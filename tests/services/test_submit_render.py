"""Never two jobs for one render, and never none for ever: whatever MediaConvert answers or does not."""

from dataclasses import replace

import pytest

import models
from models.statuses import ProductionStatus
from services.gateways.media_convert import OutcomeUnknown, TryAgainLater
from services.production_config import ProductionConfig, TitlePage
from services.rendering.render_lease import LEASE
from services.submit_render import MAX_ATTEMPTS, claim_render


async def jobs_of_first(life):
    return [job.id for job in life.renderer.of((await life.render(1)).id)]


async def test_a_render_is_submitted_once(life):
    assert await life.work() == 1
    assert await life.work() == 0
    render = await life.render(1)
    assert (render.job_id, render.queue, render.attempts) == ("job-1", "arn:queue", 0)
    assert (render.submitted_at, render.leased_until, render.due_at) == (life.clock.now(), None, None)
    assert life.renderer.calls == ["create_job"]


async def test_a_lost_answer_is_healed_by_looking(life):
    life.renderer.fail_after["create_job"] = OutcomeUnknown("No answer.")
    await life.work()
    assert (await life.render(1)).job_id is None
    assert await life.work() == 0, "ListJobs is given a minute"
    life.clock.advance(seconds=61)
    await life.work()
    assert (await life.render(1)).job_id == "job-1"
    assert life.renderer.calls == ["create_job", "find_job"]


async def test_a_lost_answer_is_healed_by_the_event(life):
    life.renderer.fail_after["create_job"] = OutcomeUnknown("No answer.")
    await life.work()
    await life.completes()
    life.clock.advance(minutes=10)
    assert await life.work() == 0
    assert await life.renders() == [(1, "COMPLETED")]
    assert await jobs_of_first(life) == ["job-1"]


async def test_a_character_that_no_font_has_is_told_of(life):
    await life.update(ProductionConfig(TitlePage("Air \U00012000")))
    await life.work()
    (warning,) = (await life.render(2)).warnings
    assert (warning["code"], "U+12000" in warning["message"]) == ("CHARACTER_NOT_DRAWN", True), warning


async def test_a_lost_request_is_made_again(life):
    life.renderer.fail_before["create_job"] = OutcomeUnknown("No answer.")
    await life.work()
    life.clock.advance(seconds=61)
    await life.work()
    assert life.renderer.calls == ["create_job", "find_job", "create_job"]
    assert await jobs_of_first(life) == ["job-1"]


async def test_what_is_throttled_comes_again_soon_and_not_for_ever(life):
    for attempt in range(1, MAX_ATTEMPTS + 1):
        life.renderer.fail_before["create_job"] = TryAgainLater("TooManyRequestsException: slow down")
        life.clock.advance(minutes=6)
        assert await life.work() == 1, attempt
    render = await life.render(1)
    assert (render.status, render.error_code) == (ProductionStatus.FAILED, "SUBMISSION_FAILED")
    assert render.error_message == "TooManyRequestsException: slow down"
    assert life.renderer.jobs == {}


async def test_a_full_quota_is_named_and_tried_again_much_later(life):
    await models.Render.all().update(attempts=MAX_ATTEMPTS - 1)
    full = TryAgainLater("20 at most", code="ServiceQuotaExceededException")
    life.renderer.fail_before["create_job"] = full
    await life.work()
    assert (await life.render(1)).error_code == "ServiceQuotaExceededException"
    assert await life.renders() == [(1, "FAILED"), (2, "QUEUED")]
    life.clock.advance(minutes=9)
    assert await life.work() == 0
    life.clock.advance(minutes=2)
    assert await life.work() == 1


async def test_a_render_that_kills_its_worker_ends(life):
    for _ in range(MAX_ATTEMPTS):
        assert await claim_render(clock=life.clock) is not None, "claimed, and the worker died"
        life.clock.advance(seconds=LEASE.total_seconds() + 1)
    assert await life.work() == 1
    assert life.renderer.calls == ["find_job"]
    render = await life.render(1)
    assert (render.status, render.error_code) == (ProductionStatus.FAILED, "SUBMISSION_FAILED")
    assert await life.work() == 0


async def test_a_job_that_was_made_before_giving_up_is_kept(life):
    life.renderer.fail_after["create_job"] = OutcomeUnknown("No answer.")
    await life.work()
    await models.Render.all().update(attempts=MAX_ATTEMPTS, due_at=None)
    await life.work()
    assert ((await life.render(1)).job_id, await life.renders()) == ("job-1", [(1, "QUEUED")])


async def test_not_knowing_at_last_ends_the_render_and_its_job(life):
    life.renderer.fail_after["create_job"] = OutcomeUnknown("No answer.")
    await life.work()
    await models.Render.all().update(attempts=MAX_ATTEMPTS, due_at=None)
    life.renderer.fail_before["find_job"] = OutcomeUnknown("Too many jobs.")
    await life.work()
    assert await life.renders() == [(1, "FAILED")]
    assert await life.cancel_strays() == 1
    assert life.renderer.jobs["job-1"].status == "CANCELED"


async def test_a_worker_that_was_frozen_makes_no_second_job(life):
    """It wakes after its lease ran out and another worker has made the job."""
    render_id = await claim_render(clock=life.clock)

    async def meanwhile():
        life.clock.advance(seconds=LEASE.total_seconds() + 1)
        assert await life.work() == 1

    put = life.storage.put
    frozen = []

    async def put_and_freeze(key, body, *, content_type):
        await put(key, body, content_type=content_type)
        if not frozen:
            frozen.append(key)
            await meanwhile()

    life.storage.put = put_and_freeze
    production = await life.production()
    config = production.config | {
        "title_page": {"title": "Hello", "subtitle": None, "duration_ms": 1000, "background": "#000000"}
    }
    await models.Render.all().update(config=config)
    await life.submit(render_id)
    assert frozen
    assert await jobs_of_first(life) == ["job-1"]
    assert life.renderer.calls == ["find_job", "create_job"]


async def test_a_second_job_made_all_the_same_is_cancelled(life):
    """Frozen between the last look and CreateJob, for longer than MediaConvert remembers the token."""
    render_id = await claim_render(clock=life.clock)

    async def meanwhile():
        life.clock.advance(minutes=2)
        assert await life.work() == 1
        life.clock.advance(minutes=2)

    life.renderer.before["create_job"] = meanwhile
    await life.submit(render_id)
    assert (await life.render(1)).job_id == "job-1"
    assert [job.status for job in life.renderer.jobs.values()] == ["SUBMITTED", "CANCELED"]


async def test_a_bug_is_tried_again_and_then_told(life):
    await models.Upload.all().update(media={"no": "media"})
    for _ in range(MAX_ATTEMPTS + 1):
        life.clock.advance(minutes=6)
        await life.work()
    render = await life.render(1)
    assert (render.error_code, render.error_message) == (
        "SUBMISSION_FAILED",
        "The render could not be handed to MediaConvert.",
    )
    assert life.renderer.jobs == {}


@pytest.mark.parametrize("status", ["SUBMITTED", "PROGRESSING", "COMPLETE", "ERROR"])
async def test_the_found_job_tells_how_far_it_is(life, status):
    life.renderer.fail_after["create_job"] = OutcomeUnknown("No answer.")
    await life.work()
    life.clock.advance(seconds=61)
    life.renderer.turn("job-1", status, error_code=1040, error_message="Bad.")
    if status == "SUBMITTED":
        life.renderer.jobs["job-1"] = replace(life.renderer.jobs["job-1"], finished_at=None)
    await life.work()
    expected = {
        "SUBMITTED": "QUEUED",
        "PROGRESSING": "PROCESSING",
        "COMPLETE": "COMPLETED",
        "ERROR": "FAILED",
    }
    assert await life.renders() == [(1, expected[status])]
