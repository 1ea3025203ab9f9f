"""The pages the server itself shows: GraphiQL and the embeddable player, built in `frontend/`."""

from pathlib import Path

from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

DIST = Path(__file__).parent.parent / "frontend" / "dist"
SELF = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'"
# Monaco writes <style> elements, and GraphiQL's style sheet carries its fonts and icons as data: addresses.
GRAPHIQL_POLICY = (
    f"{SELF}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "frame-ancestors 'none'"
)
# Segments and the poster may come from storage on another host; hls.js plays from blob: addresses, and gives
# its caption tracks an empty data: file, without which Chromium strikes a track out of its menu once it was
# chosen.
EMBED_POLICY = (
    f"{SELF}; img-src 'self' https:; media-src 'self' https: blob: data:; connect-src 'self' https:; "
    "frame-ancestors *"
)
NOT_BUILT = "This page has not been built yet. Run `make frontend`, then reload.\n"


def page_routes(dist: Path) -> list[BaseRoute]:
    """`/embed/{token}` and the files both pages load from `/assets`."""

    async def embed(request: Request) -> Response:
        return embed_page(dist)

    # Two thirds less to send, once per browser: Monaco alone is 2.8 MB.
    assets = GZipMiddleware(HashedFiles(dist / "assets"), compresslevel=6)
    return [Route("/embed/{token}", embed), Mount("/assets", assets)]


def graphiql_page(dist: Path) -> Response:
    """GraphiQL as built in `dist`, or 503 where it is not built."""
    return page(dist / "graphiql.html", GRAPHIQL_POLICY)


def embed_page(dist: Path) -> Response:
    """The player as built in `dist`, which any site may frame, or 503 where it is not built.

    It reads its token from its own address, so every production's page is the same file.
    """
    return page(dist / "embed.html", EMBED_POLICY)


def page(path: Path, policy: str) -> Response:
    headers = {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
    }
    if not path.is_file():
        headers["cache-control"] = "no-store"
        return PlainTextResponse(NOT_BUILT, status_code=503, headers=headers)
    headers["cache-control"] = "no-cache"
    return FileResponse(path, media_type="text/html", headers=headers)


class HashedFiles(StaticFiles):
    """A file's name changes with its content, so it may be kept for ever."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory=directory, check_dir=False)
        # Starlette raises at the first request where the directory is missing; nothing built is a 404.
        self.config_checked = True

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        response.headers["x-content-type-options"] = "nosniff"
        return response
