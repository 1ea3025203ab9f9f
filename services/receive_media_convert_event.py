from collections.abc import Mapping
from typing import Any

import orjson

from services.gateways.clock import Clock
from services.gateways.event_bus import EventBus
from services.gateways.object_storage import ObjectStorage
from services.record_render_event import record_render_event
from services.rendering.render_events import MalformedEvent, read_media_convert_event

SOURCE = "aws.mediaconvert"


async def receive_media_convert_event(
    *, body: bytes, app: str, environment: str, storage: ObjectStorage, bus: EventBus, clock: Clock
) -> bool:
    """Record one event as EventBridge sent it, whichever way it came; committed when this returns.

    False when it is none of ours: another source, another app or environment, or nothing that is recorded.
    Raises MalformedEvent for a body that is no event. Anything else raised means that it must come again.
    """
    envelope = _envelope(body)
    if envelope["source"] != SOURCE:
        return False
    event = read_media_convert_event(envelope, app=app, environment=environment)
    if event is None:
        return False
    await record_render_event(event=event, storage=storage, bus=bus, clock=clock)
    return True


def _envelope(body: bytes) -> Mapping[str, Any]:
    try:
        envelope = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MalformedEvent(f"Expected JSON: {error}") from error
    if not isinstance(envelope, dict):
        raise MalformedEvent("Expected a JSON object.")
    if not isinstance(envelope.get("source"), str) or not isinstance(envelope.get("detail"), dict):
        raise MalformedEvent("Expected an EventBridge event: `source`, and `detail` as an object.")
    return envelope
