"""Where EventBridge delivers job events: an API destination with an API_KEY connection posts here."""

import hmac

import orjson
import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from schema.context import Gateways
from services.record_render_event import record_render_event
from services.render_events import MalformedEvent, read_media_convert_event
from services.submit_render import JobDefaults

log = structlog.get_logger()
KEY_HEADER = "x-airdate-events-key"


def media_convert_event_routes(gateways: Gateways, defaults: JobDefaults, events_key: str) -> list[Route]:
    """POST /mediaconvert: 204 once the event is committed, 401 without the key, 400 for a body that
    is no event. Any other answer makes EventBridge deliver it again."""

    async def receive_event(request: Request) -> Response:
        given = request.headers.get(KEY_HEADER, "")
        if not events_key or not hmac.compare_digest(given.encode(), events_key.encode()):
            return JSONResponse({"error": "The key is missing or wrong."}, status_code=401)
        try:
            envelope = orjson.loads(await request.body())
            if not isinstance(envelope, dict):
                raise MalformedEvent("Expected a JSON object.")
            event = read_media_convert_event(envelope, app=defaults.app, environment=defaults.environment)
        except (MalformedEvent, orjson.JSONDecodeError) as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        if event is not None:
            await record_render_event(
                event=event, storage=gateways.storage, bus=gateways.bus, clock=gateways.clock
            )
        return Response(status_code=204)

    return [Route("/mediaconvert", receive_event, methods=["POST"])]
