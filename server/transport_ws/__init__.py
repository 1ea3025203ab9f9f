"""graphql-transport-ws, the protocol of npm's graphql-ws, judged by the behaviour of its reference server."""

from server.transport_ws.endpoint import TransportEndpoint

__all__ = ["TransportEndpoint"]
