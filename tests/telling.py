"""What MediaConvert tells of a production, as its events do."""

import models
from services.record_render_event import record_render_event
from services.rendering.render_events import RenderEvent


async def tell(gateways, production, **event):
    render = await models.Render.get(production_id=production.id, number=1)
    await record_render_event(
        event=RenderEvent(render_id=render.id, cause="told by a test", **event),
        storage=gateways.storage,
        bus=gateways.bus,
        clock=gateways.clock,
    )
