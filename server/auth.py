from collections.abc import Mapping
from typing import Any

from services.access_tokens import viewer_of_token
from services.errors import Unauthenticated
from services.gateways.clock import Clock
from services.viewer import ANONYMOUS, Viewer


async def viewer_of_header(authorization: str | None, clock: Clock) -> Viewer:
    """Nobody without the header. Raises Unauthenticated for a wrong one: a client that means to be
    somebody must learn that it is not, instead of seeing less than it should."""
    if not authorization:
        return ANONYMOUS
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated
    viewer = await viewer_of_token(token=token.strip(), clock=clock)
    if viewer is None:
        raise Unauthenticated
    return viewer


async def viewer_of_connection(payload: Mapping[str, Any], clock: Clock) -> Viewer:
    """The viewer of a WebSocket by its connection_init payload `{"authorization": "Bearer …"}`."""
    authorization = payload.get("authorization") or payload.get("Authorization")
    return await viewer_of_header(authorization if isinstance(authorization, str) else None, clock)
