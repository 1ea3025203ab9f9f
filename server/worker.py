"""The background half of the server: verifies uploads, submits renders, hears of them where there is an event
queue and asks after those that nothing is heard of, publishes on time, cleans up.

What is to be done is what the rows say: an upload VERIFYING, a render without a job, a publication that is
due. There is no queue beside them that could disagree. A claim is a lease, so work that dies is done again.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable

import structlog

from schema.context import Gateways
from server.event_queue_reader import EventQueueReader
from server.settings import Settings
from server.wiring import open_event_queue, open_gateways, open_renderer
from services.cancel_stray_jobs import cancel_stray_jobs
from services.carry_out_storage_deletions import carry_out_storage_deletions
from services.ending_tasks import heed_cancellation
from services.expire_uploads import expire_uploads
from services.gateways.event_queue import EventQueue
from services.gateways.media_convert import MediaConvert, TryAgainLater
from services.publish_scheduled import publish_scheduled
from services.receive_media_convert_event import receive_media_convert_event
from services.reconcile_renders import reconcile_renders
from services.submit_render import claim_render, submit_render
from services.verify_upload import claim_upload, verify_upload

log = structlog.get_logger()
IDLE_SECONDS = 1.0
UPLOADS_AT_ONCE = 2
RENDERS_AT_ONCE = 3
TIDY_SECONDS = 30.0
STRAY_SECONDS = 60.0


class Worker:
    def __init__(
        self,
        settings: Settings,
        gateways: Gateways,
        renderer: MediaConvert,
        queue: EventQueue | None = None,
    ) -> None:
        self._settings = settings
        self._gateways = gateways
        self._renderer = renderer
        self._queue = queue

    async def run(self) -> None:
        """Work until cancelled: uploads and renders side by side, and several of each, so that a long file or
        a long mix of sound holds up no other."""
        async with asyncio.TaskGroup() as group:
            for _ in range(UPLOADS_AT_ONCE):
                group.create_task(self._whenever_announced(self._verify_next))
            for _ in range(RENDERS_AT_ONCE):
                group.create_task(self._whenever_announced(self._submit_next))
            group.create_task(self._every(IDLE_SECONDS, self._look_at_silent))
            group.create_task(self._every(STRAY_SECONDS, self._cancel_strays))
            group.create_task(self._every(IDLE_SECONDS, self._publish_due))
            group.create_task(self._whenever_announced(self._delete_next))
            group.create_task(self._every(TIDY_SECONDS, self._expire))
            if self._queue is not None:
                group.create_task(EventQueueReader(self._queue, self._receive_event).run())

    async def _whenever_announced(self, step: Callable[[], Awaitable[bool]]) -> None:
        while True:
            while await self._tried(step):
                pass
            await self._gateways.hub.work_announced(IDLE_SECONDS)

    async def _every(self, seconds: float, step: Callable[[], Awaitable[bool]]) -> None:
        while True:
            await self._tried(step)
            await asyncio.sleep(seconds)

    async def _tried(self, step: Callable[[], Awaitable[bool]]) -> bool:
        """True when the step found something to do and did it. A failure is logged; the lease brings the
        work back later."""
        is_done = False
        try:
            is_done = await step()
        except TryAgainLater as reason:
            log.warning("work put off", step=step.__name__, reason=str(reason))
        except Exception:
            log.exception("work failed", step=step.__name__)
        heed_cancellation()
        return is_done

    async def _verify_next(self) -> bool:
        upload_id = await claim_upload(clock=self._gateways.clock)
        if upload_id is None:
            return False
        await verify_upload(
            storage=self._gateways.storage,
            bus=self._gateways.bus,
            limits=self._gateways.limits,
            upload_id=upload_id,
        )
        return True

    async def _submit_next(self) -> bool:
        render_id = await claim_render(clock=self._gateways.clock)
        if render_id is None:
            return False
        await submit_render(
            render_id=render_id,
            storage=self._gateways.storage,
            renderer=self._renderer,
            bus=self._gateways.bus,
            clock=self._gateways.clock,
            defaults=self._settings.job_defaults,
        )
        return True

    async def _look_at_silent(self) -> bool:
        return (
            await reconcile_renders(
                renderer=self._renderer,
                storage=self._gateways.storage,
                bus=self._gateways.bus,
                clock=self._gateways.clock,
            )
            > 0
        )

    async def _cancel_strays(self) -> bool:
        return (
            await cancel_stray_jobs(
                renderer=self._renderer,
                storage=self._gateways.storage,
                bus=self._gateways.bus,
                clock=self._gateways.clock,
                app=self._settings.job_defaults.app,
                environment=self._settings.job_defaults.environment,
            )
            > 0
        )

    async def _receive_event(self, body: bytes) -> bool:
        defaults = self._settings.job_defaults
        return await receive_media_convert_event(
            body=body,
            app=defaults.app,
            environment=defaults.environment,
            storage=self._gateways.storage,
            bus=self._gateways.bus,
            clock=self._gateways.clock,
        )

    async def _publish_due(self) -> bool:
        return await publish_scheduled(bus=self._gateways.bus, clock=self._gateways.clock) > 0

    async def _expire(self) -> bool:
        return await expire_uploads(bus=self._gateways.bus, clock=self._gateways.clock) > 0

    async def _delete_next(self) -> bool:
        return (
            await carry_out_storage_deletions(storage=self._gateways.storage, clock=self._gateways.clock) > 0
        )


async def work(settings: Settings) -> None:
    """The worker until SIGTERM or SIGINT. What it was doing is done again by the next one."""
    async with (
        open_gateways(settings) as gateways,
        open_renderer(settings) as renderer,
        open_event_queue(settings) as queue,
    ):
        task = asyncio.create_task(Worker(settings, gateways, renderer, queue).run())
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, task.cancel)
        try:
            await task
        except asyncio.CancelledError:
            return
