from dataclasses import dataclass
from functools import cached_property

from strawberry.types import Info as StrawberryInfo

from schema.loaders import Loaders
from services.estimates.price_book import PriceBook
from services.estimates.render_pace import RenderPace
from services.gateways.clock import Clock
from services.gateways.document_store import DocumentStore
from services.gateways.event_bus import EventBus
from services.gateways.object_storage import ObjectStorage
from services.known_credentials import KnownCredentials
from services.limits import Limits
from services.live import CredentialWatch, LiveHub
from services.viewer import ANONYMOUS, Viewer


@dataclass(frozen=True)
class Gateways:
    """What resolvers hand to services; made once a process."""

    storage: ObjectStorage
    bus: EventBus
    documents: DocumentStore
    hub: LiveHub
    credentials: CredentialWatch
    known_credentials: KnownCredentials
    clock: Clock
    limits: Limits
    prices: PriceBook
    usual_pace: RenderPace
    playback_secret: bytes
    proxies_storage: bool


@dataclass
class Context:
    """One operation, or one event of a subscription: who asks, and from which origin, so that URLs lead back
    the same way."""

    gateways: Gateways
    origin: str
    request_id: str
    viewer: Viewer = ANONYMOUS

    @cached_property
    def loaders(self) -> Loaders:
        return Loaders(self.viewer)

    @property
    def storage_base(self) -> str | None:
        """Where this client reaches object storage: through our own port, or None for as the URL says."""
        return f"{self.origin}/storage" if self.gateways.proxies_storage else None


Info = StrawberryInfo[Context, None]
