from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import ASGIApp

from schema.context import Gateways
from server.body_limit import BodyLimit
from server.draining import Draining
from server.front import Front
from server.graphql import build_schema
from server.graphql_socket import GraphQLSocket
from server.graphql_view import GraphQLView
from server.health import health_routes
from server.media_convert_events import media_convert_event_routes
from server.operations import Operations, PersistedOperations
from server.pages import page_routes
from server.playback import PlaybackServices, playback_routes
from server.settings import Settings
from server.storage_proxy import StorageProxy, storage_proxy_routes
from server.trusted_documents import read_trusted_documents
from services.gateways.event_queue import EventQueue

DIST = Path(__file__).parent.parent / "frontend" / "dist"


def create_app(
    settings: Settings,
    gateways: Gateways,
    proxy: StorageProxy | None,
    queue: EventQueue | None = None,
    draining: Draining | None = None,
) -> ASGIApp:
    """Every route of the server, over what the caller opened and will close.

    Raises TrustedDocumentsInvalid.
    """
    persisted = PersistedOperations(
        gateways.documents,
        read_trusted_documents(settings.trusted_documents),
        trusted_only=settings.trusted_documents_only,
    )
    operations = Operations(build_schema(max_depth=settings.max_query_depth), persisted)
    view = GraphQLView(
        operations, gateways, public_url=settings.public_url, max_body_bytes=settings.max_body_bytes
    )
    socket = GraphQLSocket(
        operations, gateways, public_url=settings.public_url, allowed_origins=settings.allowed_origins
    )
    events = media_convert_event_routes(
        gateways, settings.job_defaults, settings.events_key.get_secret_value()
    )
    routes: list[BaseRoute] = [
        Route("/", home),
        Route("/graphql/", home),
        WebSocketRoute("/graphql", socket),
        Mount("/events", BodyLimit(Starlette(routes=events), settings.max_body_bytes)),
        *playback_routes(playback_services(gateways)),
        *page_routes(DIST),
        *health_routes(gateways, queue, draining or Draining()),
    ]
    if proxy is not None:
        routes += storage_proxy_routes(proxy)
    return Front(view, Starlette(routes=routes))


async def home(request: Request) -> RedirectResponse:
    return RedirectResponse("/graphql")


def playback_services(gateways: Gateways) -> PlaybackServices:
    return PlaybackServices(
        storage=gateways.storage,
        secret=gateways.playback_secret,
        clock=gateways.clock,
        limits=gateways.limits,
        storage_base="/storage" if gateways.proxies_storage else None,
    )
