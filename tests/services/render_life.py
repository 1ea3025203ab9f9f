"""One production on real tables, with everything outside made of dictionaries: steps of its life."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import models
from services.cancel_production import cancel_production
from services.cancel_stray_jobs import cancel_stray_jobs
from services.carry_out_storage_deletions import carry_out_storage_deletions
from services.create_production import create_production
from services.production_config import ProductionConfig
from services.production_history import production_histories
from services.reconcile_renders import reconcile_renders
from services.record_render_event import record_render_event
from services.rendering.render_events import read_media_convert_event
from services.restore_render import restore_render
from services.retry_production import retry_production
from services.submit_render import claim_render, submit_render
from services.update_production import update_production
from services.viewer import Viewer
from tests.factories import make_upload, make_user, viewer_of
from tests.services.small_media_convert import (
    DEFAULTS,
    SettableClock,
    SilentBus,
    SmallMediaConvert,
    SmallStorage,
)


@dataclass
class RenderLife:
    viewer: Viewer
    upload: models.Upload
    production_id: Any
    clock: SettableClock
    storage: SmallStorage
    bus: SilentBus
    renderer: SmallMediaConvert

    async def work(self) -> int:
        """Submit and cancel what is due now; how many renders were taken up."""
        taken = 0
        while (render_id := await claim_render(clock=self.clock)) is not None:
            await self.submit(render_id)
            taken += 1
        return taken

    async def submit(self, render_id) -> None:
        await submit_render(
            render_id=render_id,
            storage=self.storage,
            renderer=self.renderer,
            bus=self.bus,
            clock=self.clock,
            defaults=DEFAULTS,
        )

    async def tell(self, event) -> models.Production | None:
        """An EventBridge event arrives."""
        read = read_media_convert_event(event, app=DEFAULTS.app, environment=DEFAULTS.environment)
        assert read is not None
        return await record_render_event(event=read, storage=self.storage, bus=self.bus, clock=self.clock)

    async def look(self) -> int:
        return await reconcile_renders(
            renderer=self.renderer, storage=self.storage, bus=self.bus, clock=self.clock
        )

    async def cancel_strays(self) -> int:
        return await cancel_stray_jobs(
            renderer=self.renderer,
            storage=self.storage,
            bus=self.bus,
            clock=self.clock,
            app=DEFAULTS.app,
            environment=DEFAULTS.environment,
        )

    async def tidy(self) -> None:
        while await carry_out_storage_deletions(storage=self.storage, clock=self.clock):
            pass

    async def cancel(self):
        return await cancel_production(
            viewer=self.viewer, bus=self.bus, clock=self.clock, production_id=self.production_id
        )

    async def retry(self):
        return await retry_production(viewer=self.viewer, bus=self.bus, production_id=self.production_id)

    async def update(self, config: ProductionConfig):
        return await update_production(
            viewer=self.viewer,
            bus=self.bus,
            clock=self.clock,
            production_id=self.production_id,
            config=config,
        )

    async def restore(self, number: int):
        return await restore_render(
            viewer=self.viewer,
            bus=self.bus,
            clock=self.clock,
            production_id=self.production_id,
            number=number,
        )

    async def production(self) -> models.Production:
        return await models.Production.get(id=self.production_id)

    async def render(self, number: int) -> models.Render:
        return await models.Render.get(production_id=self.production_id, number=number)

    async def job(self, number: int) -> str:
        """The id of a render's one job."""
        (job,) = self.renderer.of((await self.render(number)).id)
        return job.id

    async def renders(self) -> list[tuple[int, str]]:
        rows = await models.Render.filter(production_id=self.production_id).order_by("number")
        return [(row.number, row.status.value) for row in rows]

    async def history(self) -> list[tuple[str, str, int]]:
        """Each entry as (kind, status after it, render)."""
        production_id = (await self.production()).id
        histories = await production_histories(viewer=self.viewer, production_ids=[production_id])
        rows = histories[production_id]
        return [
            ("STATUS", row.data["status"], row.data["renderNumber"])
            if isinstance(row, models.StatusEvent)
            else (row.kind.value, row.status.value, row.render_number)
            for row in rows
        ]

    async def completes(self, number: int = 1) -> None:
        """The render's job runs and completes, and every event arrives."""
        job_id = await self.job(number)
        await self.tell(self.renderer.turn(job_id, "PROGRESSING"))
        self.clock.advance(seconds=5)
        await self.tell(self.renderer.turn(job_id, "COMPLETE"))

    async def fails(self, code: int, number: int = 1, message: str = "It broke.") -> None:
        job_id = await self.job(number)
        event = self.renderer.turn(job_id, "ERROR", error_code=code, error_message=message)
        await self.tell(event)


async def begin_life() -> RenderLife:
    """A production with its first render QUEUED, nothing submitted."""
    owner = await make_user()
    upload = await make_upload(owner)
    clock, storage, bus = SettableClock(), SmallStorage(), SilentBus()
    # Events tell milliseconds, GetJob seconds.
    clock.moment = upload.updated_at.replace(microsecond=0) + timedelta(seconds=1)
    production = await create_production(
        viewer=viewer_of(owner), bus=bus, upload_id=upload.id, title=None, config=ProductionConfig()
    )
    return RenderLife(
        viewer_of(owner),
        upload,
        production.id,
        clock,
        storage,
        bus,
        SmallMediaConvert(clock, storage),
    )
