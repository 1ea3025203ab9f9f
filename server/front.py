from starlette.types import ASGIApp, Receive, Scope, Send


class Front:
    """Hands queries and mutations to their view at once: a walk along the routes costs more than the view."""

    def __init__(self, view: ASGIApp, others: ASGIApp) -> None:
        self._view, self._others = view, others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_asked = scope["type"] == "http" and scope["path"] == "/graphql"
        await (self._view if is_asked else self._others)(scope, receive, send)
