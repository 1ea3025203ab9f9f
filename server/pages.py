"""The pages the server itself shows: GraphiQL and the embeddable player, built in `frontend/`."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

DIST = Path(__file__).parent.parent / "frontend" / "dist"
SELF = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; base-uri 'none'"
GRAPHIQL_POLICY = f"{SELF}; img-src 'self' data:; font-src 'self' data:; connect-src 'self' ws: wss:; frame-ancestors 'none'"
EMBED_POLICY = (
    f"{SELF}; img-src 'self' https: data:; media-src 'self' blob: https:; connect-src 'self' https:; "
    "frame-ancestors *"
)


def page_routes(dist: Path) -> list[BaseRoute]:
    async def embed(request: Request) -> Response:
        return page(dist / "embed.html", EMBED_POLICY)

    return [
        Route("/embed/{token}", embed),
        Mount("/assets", HashedFiles(directory=dist / "assets", check_dir=False)),
    ]


async def graphiql_response(request: Request) -> Response:
    return page(DIST / "graphiql.html", GRAPHIQL_POLICY)


def page(path: Path, policy: str) -> Response:
    if not path.exists():
        return PlainTextResponse("The pages are not built: run `make frontend`.", status_code=503)
    headers = {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-cache",
    }
    return FileResponse(path, media_type="text/html", headers=headers)


class HashedFiles(StaticFiles):
    """A file's name changes with its content, so it may be kept for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response
