"""Where EventBridge delivers job events: an API destination with an API_KEY connection posts here."""

import hmac

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from schema.context import Gateways
from services.receive_media_convert_event import receive_media_convert_event
from services.rendering.render_events import MalformedEvent
from services.submit_render import JobDefaults

KEY_HEADER = "x-airdate-events-key"


def media_convert_event_routes(gateways: Gateways, defaults: JobDefaults, events_key: str) -> list[Route]:
    """POST /mediaconvert: 204 once the event is committed or known to be none of ours, 401 without the key,
    400 for a body that is no event. Without a key of our own nobody has the right one.

    EventBridge delivers again after a 5xx and when there is no answer within five seconds; after a 4xx other
    than 429 the event is a dead letter at once.
    """

    async def receive_event(request: Request) -> Response:
        given = request.headers.get(KEY_HEADER, "")
        if not events_key or not hmac.compare_digest(given.encode(), events_key.encode()):
            return JSONResponse({"error": "The key is missing or wrong."}, status_code=401)
        try:
            await receive_media_convert_event(
                body=await request.body(),
                app=defaults.app,
                environment=defaults.environment,
                storage=gateways.storage,
                bus=gateways.bus,
                clock=gateways.clock,
            )
        except MalformedEvent as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        return Response(status_code=204)

    return [Route("/mediaconvert", receive_event, methods=["POST"])]
