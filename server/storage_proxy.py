"""Lets browsers reach an object store that only this machine can: /storage/* forwarded byte by byte.

Only what carries an S3 signature passes, so nothing is opened that a presigned URL or form does not open.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import aiohttp
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from yarl import URL

METHODS = ["GET", "HEAD", "PUT", "POST"]
CHUNK = 256 * 1024
REQUEST_HEADERS = ("content-type", "content-length", "content-md5", "range", "if-range", "if-none-match")
# RFC 9110, section 7.6.1: these are between two neighbours and not passed on.
HOP_BY_HOP = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
OURS = {"access-control-allow-origin", "access-control-expose-headers", "date", "server"}
CORS = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "ETag, Content-Length, Content-Range, Accept-Ranges, Location",
}
PREFLIGHT = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": ", ".join(METHODS),
    "access-control-allow-headers": "*",
    "access-control-max-age": "3000",
}


class StorageProxy:
    def __init__(self, endpoint_url: str, session: aiohttp.ClientSession) -> None:
        self._endpoint_url = endpoint_url.rstrip("/")
        self._session = session

    async def forward(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=PREFLIGHT)
        if not is_signed(request):
            return PlainTextResponse("A signed URL or form is needed here.", status_code=403, headers=CORS)
        try:
            upstream = await self._session.request(
                request.method,
                URL(self._target(request), encoded=True),
                headers={"accept-encoding": "identity", **dict(passed_on(request))},
                data=request.stream() if request.method in ("PUT", "POST") else None,
                allow_redirects=False,
            )
        except ClientDisconnect:
            return Response(status_code=400)
        except aiohttp.ClientError:
            return PlainTextResponse("Storage does not answer.", status_code=502, headers=CORS)
        headers = {
            name.lower(): value
            for name, value in upstream.headers.items()
            if name.lower() not in HOP_BY_HOP | OURS
        }
        return StreamingResponse(chunks(upstream), status_code=upstream.status, headers=headers | CORS)

    def _target(self, request: Request) -> str:
        """The address as it was signed: the path's very bytes, another encoding breaks the signature."""
        raw_path: bytes = request.scope["raw_path"]
        path = raw_path.decode("ascii").removeprefix("/storage")
        query = request.scope["query_string"].decode("ascii")
        return f"{self._endpoint_url}{path}" + (f"?{query}" if query else "")


def is_signed(request: Request) -> bool:
    """A presigned URL's query, or a POST form, whose policy S3 checks itself."""
    if request.method == "POST":
        return request.headers.get("content-type", "").startswith("multipart/form-data")
    return "X-Amz-Signature" in request.query_params


def passed_on(request: Request) -> Iterable[tuple[str, str]]:
    for name in REQUEST_HEADERS:
        if name in request.headers:
            yield name, request.headers[name]


async def chunks(upstream: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    """The body as it comes; when the client goes away, so does the connection to storage."""
    try:
        async for chunk in upstream.content.iter_chunked(CHUNK):
            yield chunk
    finally:
        upstream.release()


@asynccontextmanager
async def open_storage_proxy(endpoint_url: str) -> AsyncIterator[StorageProxy]:
    """One session for the life of the process; bodies of any length, so no overall time limit."""
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=60)
    # A connection each: a kept one may be closed by the store just as a form's body is on its way, and what
    # has been read of a body cannot be sent again.
    connector = aiohttp.TCPConnector(limit=200, force_close=True)
    async with aiohttp.ClientSession(timeout=timeout, auto_decompress=False, connector=connector) as session:
        yield StorageProxy(endpoint_url, session)


def storage_proxy_routes(proxy: StorageProxy) -> list[BaseRoute]:
    return [Route("/storage/{path:path}", proxy.forward, methods=[*METHODS, "OPTIONS"])]
