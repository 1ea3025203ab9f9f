"""Any course of things: messages lost, told twice and out of order, workers that die, people who change their
minds. At every moment the rows are whole; in the end every render has ended, with one job at most."""

import asyncio
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tortoise import connections

import models
from models.statuses import ProductionStatus
from services.errors import Refused
from services.gateways.media_convert import JobRefused, OutcomeUnknown, TryAgainLater
from services.production_config import OutputsConfig, ProductionConfig
from services.render_lifecycle import is_terminal
from tests.services.render_life import begin_life
from tests.tables import empty_tables

CALLS = st.sampled_from(["create_job", "find_job", "get_job", "cancel_job", "unfinished_jobs"])
HEIGHTS = st.sampled_from([None, 360, 480, 720])
RUNNING = ("SUBMITTED", "PROGRESSING")
PATIENT_ROUNDS = 60


class Killed(BaseException):
    """kill -9 as far as our code can tell: nothing catches it."""


FAULTS = st.sampled_from(
    [OutcomeUnknown("lost"), TryAgainLater("slow down"), RuntimeError("a bug"), Killed()]
)


class RenderLives(RuleBasedStateMachine):
    """Its coroutines run in `loop`, the one that the tables are open in; itself in another thread."""

    loop: asyncio.AbstractEventLoop

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(60)

    @initialize()
    def begin(self):
        self.life = self.run(begin_life())
        self.mail = []
        self.ended = {}
        self.attempted = 0

    def go(self, coroutine):
        with suppress(Refused, Killed, TryAgainLater, OutcomeUnknown, RuntimeError):
            return self.run(coroutine)

    @rule()
    def work(self):
        self.go(self.life.work())

    @rule()
    def look(self):
        self.go(self.life.look())

    @rule()
    def cancel_strays(self):
        self.go(self.life.cancel_strays())

    @rule(seconds=st.sampled_from([1, 10, 61, 130, 700]), is_worked=st.booleans())
    def time_passes(self, seconds, is_worked):
        self.life.clock.advance(seconds=seconds)
        if is_worked:
            self.go(self.life.work())

    @rule(fault=FAULTS, is_answer=st.booleans())
    def a_job_is_made_in_trouble(self, fault, is_answer):
        faults = self.life.renderer.fail_after if is_answer else self.life.renderer.fail_before
        faults["create_job"] = fault
        self.go(self.life.work())
        self.life.clock.advance(seconds=61)
        self.go(self.life.work())

    @rule(percent=st.integers(0, 100))
    def all_goes_well_for_a_while(self, percent):
        self.go(self.life.work())
        for job in self.jobs(*RUNNING):
            event = self.life.renderer.turn(job.id, "PROGRESSING", percent=percent, phase="TRANSCODING")
            self.go(self.life.tell(event))

    @rule(call=CALLS, fault=FAULTS)
    def lose_the_request(self, call, fault):
        self.life.renderer.fail_before[call] = fault

    @rule(call=CALLS, fault=FAULTS.filter(lambda fault: not isinstance(fault, TryAgainLater)))
    def lose_the_answer(self, call, fault):
        self.life.renderer.fail_after[call] = fault

    @rule()
    def refuse(self):
        self.life.renderer.fail_before["create_job"] = JobRefused("BadRequestException", "No.")

    @rule(what=st.sampled_from(["announce_transition", "announce_work"]))
    def die_after_a_commit(self, what):
        bus = self.life.bus
        usual = getattr(type(bus), what)

        async def die():
            setattr(bus, what, lambda: usual(bus))
            raise Killed

        setattr(bus, what, die)

    def jobs(self, *statuses):
        return [job for job in self.life.renderer.jobs.values() if job.status in statuses]

    @precondition(lambda self: self.jobs(*RUNNING))
    @rule(
        data=st.data(),
        status=st.sampled_from(["PROGRESSING", "PROGRESSING", "COMPLETE", "ERROR"]),
        code=st.sampled_from([1040, 1999, 1404, 1056]),
        percent=st.integers(0, 100),
    )
    def media_convert_moves(self, data, status, code, percent):
        job = data.draw(st.sampled_from(self.jobs(*RUNNING)))
        changes = {"percent": percent, "phase": "TRANSCODING"}
        if status == "ERROR":
            changes = {"error_code": code, "error_message": "It broke."}
        self.mail.append(self.life.renderer.turn(job.id, status, **changes))

    @precondition(lambda self: self.jobs("CANCELED"))
    @rule()
    def media_convert_tells_of_a_cancellation(self):
        self.mail += [self.life.renderer.event(job.id) for job in self.jobs("CANCELED")]

    @rule(ignores=st.booleans())
    def media_convert_ignores_cancellations(self, ignores):
        self.life.renderer.ignores_cancel = ignores

    @precondition(lambda self: self.mail)
    @rule(data=st.data(), is_kept=st.booleans())
    def a_message_arrives(self, data, is_kept):
        index = data.draw(st.integers(0, len(self.mail) - 1))
        event = self.mail[index] if is_kept else self.mail.pop(index)
        self.go(self.life.tell(event))

    @precondition(lambda self: self.mail)
    @rule()
    def messages_are_lost(self):
        self.mail.clear()

    @rule()
    def a_person_cancels(self):
        self.go(self.life.cancel())

    @rule()
    def a_person_retries(self):
        self.go(self.life.retry())

    @rule(height=HEIGHTS)
    def a_person_edits(self, height):
        self.go(self.life.update(ProductionConfig(outputs=OutputsConfig(max_height=height))))

    @rule(number=st.integers(1, 4))
    def a_person_goes_back(self, number):
        self.go(self.life.restore(number))

    @invariant()
    def all_is_whole(self):
        if hasattr(self, "life"):
            self.run(self._all_is_whole())

    async def _all_is_whole(self):
        production = await self.life.production()
        renders = {r.number: r for r in await models.Render.filter(production_id=production.id)}
        current = renders[production.current_render_number]
        told = (production.status, production.progress_percent, production.phase)
        assert told == (current.status, current.progress_percent, current.phase)
        if current.status is ProductionStatus.COMPLETED:
            assert production.playable_render_number == current.number
        if production.playable_render_number is not None:
            playable = renders[production.playable_render_number]
            assert playable.status is ProductionStatus.COMPLETED
            assert playable.outputs
        for number, render in renders.items():
            assert self.ended.get(number, render.status) is render.status, "an end is for good"
            if is_terminal(render.status):
                self.ended[number] = render.status
            else:
                assert number == current.number or render.cancel_requested_at is not None
            assert (render.progress_percent == 100) == (render.status is ProductionStatus.COMPLETED)
            assert render.automatic_retries <= 2
            assert len(self.life.renderer.of(render.id)) <= 1
        log = await models.StatusEvent.filter(subject_id=production.id).order_by("id")
        assert [row.sequence for row in log] == list(range(1, production.sequence + 1))
        assert log[-1].data["status"] == production.status
        for before, after in pairwise(log):
            assert after.data["previousStatus"] == before.data["status"]

    def teardown(self):
        if hasattr(self, "life"):
            try:
                self.run(self._quiet())
            finally:
                self.run(empty_tables(connections.get("default")))

    async def _quiet(self):
        """No event arrives any more, MediaConvert answers and finishes, and time passes."""
        life = self.life
        life.renderer.fail_before.clear()
        life.renderer.fail_after.clear()
        for what in ("announce_transition", "announce_work"):
            vars(life.bus).pop(what, None)
        for _ in range(PATIENT_ROUNDS):
            await life.work()
            for job in self.jobs("PROGRESSING"):
                life.renderer.turn(job.id, "COMPLETE")
            for job in self.jobs("SUBMITTED"):
                life.renderer.turn(job.id, "PROGRESSING")
            life.clock.advance(seconds=61)
            await life.look()
            await life.cancel_strays()
            await self._all_is_whole()
            if not await self._unfinished():
                break
        assert await self._unfinished() == []
        assert self.jobs(*RUNNING) == []
        assert await models.Render.exclude(leased_until=None, overdue_at=None).count() == 0
        life.clock.advance(hours=1)
        await life.tidy()
        completed = await models.Render.filter(status=ProductionStatus.COMPLETED)
        prefixes = {f"{render.output_prefix}/" for render in completed}
        assert {key[: key.index("/r/") + 5] for key in life.storage.objects} <= prefixes

    async def _unfinished(self):
        rows = await models.Render.all()
        unfinished = [row.number for row in rows if not is_terminal(row.status)]
        return unfinished or [job.id for job in self.jobs(*RUNNING)]


@pytest.mark.slow
async def test_any_course_of_things_ends_well(gateways):
    RenderLives.loop = asyncio.get_running_loop()
    await asyncio.to_thread(
        run_state_machine_as_test,
        RenderLives,
        settings=settings(
            max_examples=30,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
