import secrets
from typing import NamedTuple

from schema.context import Context, Gateways
from services.viewer import Viewer


class Caller(NamedTuple):
    """Who asks, and by which origin, so that URLs lead back the same way."""

    gateways: Gateways
    viewer: Viewer
    origin: str

    def context(self, request_id: str | None = None) -> Context:
        """A fresh one, with loaders of its own: for one operation, or one event of a subscription."""
        return Context(
            gateways=self.gateways,
            origin=self.origin,
            request_id=request_id or secrets.token_hex(8),
            viewer=self.viewer,
        )
