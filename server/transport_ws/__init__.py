"""graphql-transport-ws, the protocol of npm's graphql-ws, judged by the behaviour of its reference server."""

from server.transport_ws.closing import Closing
from server.transport_ws.connection import Session, SignIn
from server.transport_ws.endpoint import TransportEndpoint

__all__ = ["Closing", "Session", "SignIn", "TransportEndpoint"]
