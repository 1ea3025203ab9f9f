"""A cancellation against everything it may meet: whichever end is recorded first stays, and there is one."""

import asyncio

import pytest

import models
from models.statuses import ProductionStatus
from services.errors import Refused
from services.gateways.media_convert import JobRefused, OutcomeUnknown, TryAgainLater
from services.submit_render import MAX_ATTEMPTS, claim_render

STEPS = [
    "queued",
    "claimed",
    "during create",
    "after create",
    "answer lost",
    "submitted",
    "processing",
]


async def cancelled_at(life, step):
    """Live up to the step, cancel there, and go on as the worker would."""
    if step == "queued":
        await life.cancel()
    elif step == "claimed":
        render_id = await claim_render(clock=life.clock)
        await life.cancel()
        assert await life.work() == 0, "it is in the hands of another"
        await life.submit(render_id)
    elif step == "during create":
        life.renderer.before["create_job"] = life.cancel
    elif step == "after create":
        life.renderer.after["create_job"] = life.cancel
    elif step == "answer lost":
        life.renderer.fail_after["create_job"] = OutcomeUnknown("No answer.")
        await life.work()
        await life.cancel()
    await life.work()
    if step == "processing":
        await life.tell(life.renderer.turn("job-1", "PROGRESSING"))
    if step in ("submitted", "processing"):
        await life.cancel()
        await life.work()


async def everything_heard(life, chance_events=()):
    """Every job's last event arrives, and the worker goes on until nothing is left to do."""
    for _ in range(4):
        for job in list(life.renderer.jobs.values()):
            if job.status in ("COMPLETE", "CANCELED", "ERROR"):
                await life.tell(life.renderer.event(job.id))
        life.clock.advance(seconds=61)
        await life.work()
        await life.look()


@pytest.mark.parametrize("step", STEPS)
async def test_it_ends_canceled_wherever_it_was(life, step):
    await cancelled_at(life, step)
    await everything_heard(life)
    assert await life.renders() == [(1, "CANCELED")]
    assert (await life.production()).status is ProductionStatus.CANCELED
    assert {job.status for job in life.renderer.jobs.values()} <= {"CANCELED"}
    assert len(life.renderer.jobs) <= 1
    assert [entry for entry in await life.history() if entry[0] == "CANCEL_REQUESTED"] == [
        ("CANCEL_REQUESTED", "PROCESSING" if step == "processing" else "QUEUED", 1)
    ]
    with pytest.raises(Refused):
        await life.cancel()


@pytest.mark.parametrize("order", ["completed first", "canceled first"])
@pytest.mark.parametrize("asked", ["before", "between", "after"])
async def test_a_race_with_completion_settles_one_way(life, order, asked):
    """The person's request comes before, between and after the job's end and its event."""
    await life.work()
    await life.tell(life.renderer.turn("job-1", "PROGRESSING"))
    if asked == "before":
        await life.cancel()
    if order == "completed first":
        told = life.renderer.turn("job-1", "COMPLETE")
    else:
        told = life.renderer.turn("job-1", "CANCELED")
    if asked == "between":
        await life.cancel()
        await life.work()
    await life.tell(told)
    if asked == "after":
        with pytest.raises(Refused):
            await life.cancel()
    await everything_heard(life)
    expected = "COMPLETED" if order == "completed first" else "CANCELED"
    assert await life.renders() == [(1, expected)]
    playable = (await life.production()).playable_render_number
    assert playable == (1 if expected == "COMPLETED" else None)


async def test_cancelling_and_completing_at_the_same_moment(life):
    """Both transactions at once, many times: one wins, and both ways leave a whole state."""
    await life.work()
    event = life.renderer.turn("job-1", "COMPLETE")
    results = await asyncio.gather(life.cancel(), life.tell(event), life.tell(event), return_exceptions=True)
    assert not [r for r in results if isinstance(r, Exception) and not isinstance(r, Refused)]
    await everything_heard(life)
    assert await life.renders() == [(1, "COMPLETED")]


@pytest.mark.parametrize("failure", [TryAgainLater("slow"), OutcomeUnknown("no answer"), RuntimeError("bug")])
async def test_a_cancel_job_that_fails_is_tried_again(life, failure):
    await life.work()
    await life.cancel()
    life.renderer.fail_before["cancel_job"] = failure
    await life.work()
    assert life.renderer.jobs["job-1"].status == "SUBMITTED"
    life.clock.advance(seconds=61)
    await life.work()
    assert life.renderer.jobs["job-1"].status == "CANCELED"


async def test_a_cancel_job_that_is_refused_fails_nothing(life):
    await life.work()
    await life.cancel()
    life.renderer.fail_before["cancel_job"] = JobRefused("ForbiddenException", "not allowed")
    await life.work()
    assert await life.renders() == [(1, "QUEUED")]
    life.clock.advance(seconds=61)
    await life.work()
    assert life.renderer.jobs["job-1"].status == "CANCELED"


async def test_a_job_that_ignores_cancellation_is_not_waited_for_for_ever(life):
    life.renderer.ignores_cancel = True
    await life.work()
    await life.tell(life.renderer.turn("job-1", "PROGRESSING"))
    await life.cancel()
    for _ in range(25):
        await life.work()
        life.clock.advance(seconds=31)
        await life.tell(life.renderer.turn("job-1", "PROGRESSING", percent=40, phase="TRANSCODING"))
    assert await life.renders() == [(1, "CANCELED")]
    assert life.renderer.calls.count("cancel_job") in range(15, 25)
    assert await life.work() == 0
    # It goes on, and is cancelled as a stray one; what it wrote meanwhile is removed when it ends.
    await life.tidy()
    await life.cancel_strays()
    assert life.renderer.calls[-1] == "cancel_job"
    await life.tell(life.renderer.turn("job-1", "COMPLETE"))
    assert life.storage.objects
    await life.tidy()
    assert life.storage.objects == {}
    assert await life.renders() == [(1, "CANCELED")]


@pytest.mark.parametrize("call", ["get_job", "cancel_job"])
@pytest.mark.parametrize("failure", [TryAgainLater("slow"), JobRefused("ForbiddenException", "no")])
async def test_a_cancellation_that_is_never_carried_out_ends_as_one(life, call, failure):
    """Neither FAILED, as a render that was never submitted is, nor tried for ever."""
    life.renderer.ignores_cancel = True
    await life.work()
    await life.cancel()
    await life.work()
    for _ in range(2 * MAX_ATTEMPTS):
        assert await life.renders() == [(1, "QUEUED")]
        life.renderer.fail_before[call] = failure
        life.clock.advance(seconds=20)
        await life.work()
    life.clock.advance(minutes=5)
    life.renderer.fail_before[call] = failure
    await life.work()
    assert await life.renders() == [(1, "CANCELED")]
    assert (await life.render(1)).error_code is None


async def test_a_canceled_event_that_is_lost_is_asked_for(life):
    await life.work()
    await life.cancel()
    await life.work()
    assert await life.renders() == [(1, "QUEUED")]
    life.clock.advance(seconds=31)
    await life.work()
    assert await life.renders() == [(1, "CANCELED")]


async def test_asking_twice_asks_once(life):
    await life.work()
    await life.cancel()
    first = (await life.render(1)).cancel_requested_at
    life.clock.advance(seconds=1)
    await life.cancel()
    assert (await life.render(1)).cancel_requested_at == first
    assert await models.RenderStep.filter(kind="CANCEL_REQUESTED").count() == 1
