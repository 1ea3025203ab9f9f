"""The limit: what somebody writes who knows just these requests. One flat statement for each, rows put
together by hand, orjson; no GraphQL. Its answers are Airdate's, byte for byte.

Who asks is looked up in a bounded dict of tokens, a minute long, or (LIMIT_READS=database) in the table each
time. An owner's rows are the owner's; it relies on that everybody sees the spaces they publish in.
"""

import gc
import hashlib
import os
import time
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import uvicorn
from starlette.types import Receive, Scope, Send

MAX_TOKENS, TOKEN_SECONDS = 10_000, 60.0
REMEMBERS = os.environ.get("LIMIT_READS") != "database"
pool: asyncpg.Pool
viewers: dict[bytes, tuple[UUID, float]] = {}

VIEWER = "SELECT user_id FROM access_tokens WHERE token_hash = $1 AND revoked_at IS NULL"
PUBLICATION = "b.id, b.status, b.published_at, s.id, s.slug, s.name"
LIST = f"""
SELECT u.id, u.title, u.filename, u.byte_size, u.status, u.created_at,
       p.id, p.title, p.status, p.progress_percent, p.created_at, {PUBLICATION}
FROM (SELECT id, title, filename, byte_size, status, created_at FROM uploads
      WHERE owner_id = $1 ORDER BY created_at DESC, id DESC LIMIT 25) u
LEFT JOIN productions p ON p.upload_id = u.id
LEFT JOIN publications b ON b.production_id = p.id AND b.status <> 'WITHDRAWN'
LEFT JOIN spaces s ON s.id = b.space_id
ORDER BY u.created_at DESC, u.id DESC, p.created_at DESC, p.id DESC, b.created_at DESC, b.id DESC
"""
DETAIL = f"""
SELECT p.id, p.title, p.status, p.progress_percent, p.created_at,
       u.id, u.title, u.filename, u.byte_size, u.status, u.created_at, {PUBLICATION}
FROM productions p
JOIN uploads u ON u.id = p.upload_id
LEFT JOIN publications b ON b.production_id = p.id AND b.status <> 'WITHDRAWN'
LEFT JOIN spaces s ON s.id = b.space_id
WHERE p.id = $1 AND p.owner_id = $2
ORDER BY b.created_at DESC, b.id DESC
"""
RENAME = """
UPDATE uploads SET title = $3, updated_at = now() WHERE id = $1 AND owner_id = $2
RETURNING id, title, updated_at
"""


class Refused(Exception):
    """Nobody is signed in."""


def global_id(kind: str, row_id: UUID) -> str:
    return b2a_base64((kind + str(row_id)).encode(), newline=False).decode().rstrip("=")


def row_id(text: str) -> UUID:
    return UUID(a2b_base64(text + "==").partition(b":")[2].decode())


async def viewer_of(headers: Iterable[tuple[bytes, bytes]]) -> UUID:
    for name, value in headers:
        if name == b"authorization":
            if REMEMBERS and (known := viewers.get(value)) and known[1] > time.monotonic():
                return known[0]
            return await look_up(value)
    raise Refused


async def look_up(authorization: bytes) -> UUID:
    token_hash = hashlib.sha256(authorization.removeprefix(b"Bearer ")).hexdigest()
    found = await pool.fetchval(VIEWER, token_hash)
    if found is None:
        raise Refused
    if len(viewers) >= MAX_TOKENS:
        viewers.clear()
    viewers[authorization] = found, time.monotonic() + TOKEN_SECONDS
    return found


def publication(row: Sequence[Any], first: int) -> dict[str, Any]:
    return {
        "id": global_id("Publication:", row[first]),
        "status": row[first + 1],
        "publishedAt": row[first + 2],
        "space": {"id": global_id("Space:", row[first + 3]), "slug": row[first + 4], "name": row[first + 5]},
    }


async def uploads(headers: Iterable[tuple[bytes, bytes]], body: bytes) -> bytes:
    nodes: list[dict[str, Any]] = []
    upload_id = production_id = None
    for row in await pool.fetch(LIST, await viewer_of(headers)):
        if row[0] != upload_id:
            upload_id = row[0]
            productions: list[dict[str, Any]] = []
            nodes.append(
                {
                    "id": global_id("Upload:", upload_id),
                    "title": row[1],
                    "filename": row[2],
                    "byteSize": row[3],
                    "status": row[4],
                    "createdAt": row[5],
                    "productions": {"nodes": productions},
                }
            )
        if row[6] is None:
            continue
        if row[6] != production_id:
            production_id = row[6]
            publications: list[dict[str, Any]] = []
            productions.append(
                {
                    "id": global_id("Production:", production_id),
                    "title": row[7],
                    "status": row[8],
                    "progressPercent": row[9],
                    "createdAt": row[10],
                    "publications": {"nodes": publications},
                }
            )
        if row[11] is not None:
            publications.append(publication(row, 11))
    return orjson.dumps({"data": {"viewer": {"uploads": {"nodes": nodes}}}})


async def production(headers: Iterable[tuple[bytes, bytes]], body: bytes) -> bytes:
    asked = row_id(orjson.loads(body)["variables"]["id"])
    rows = await pool.fetch(DETAIL, asked, await viewer_of(headers))
    if not rows:
        return b'{"data":{"production":null}}'
    row = rows[0]
    found = {
        "id": global_id("Production:", row[0]),
        "title": row[1],
        "status": row[2],
        "progressPercent": row[3],
        "createdAt": row[4],
        "upload": {
            "id": global_id("Upload:", row[5]),
            "title": row[6],
            "filename": row[7],
            "byteSize": row[8],
            "status": row[9],
            "createdAt": row[10],
        },
        "publications": {"nodes": [publication(row, 11) for row in rows if row[11] is not None]},
    }
    return orjson.dumps({"data": {"production": found}})


async def rename(headers: Iterable[tuple[bytes, bytes]], body: bytes) -> bytes:
    asked = orjson.loads(body)["variables"]["input"]
    viewer_id = await viewer_of(headers)
    row = await pool.fetchrow(RENAME, row_id(asked["uploadId"]), viewer_id, asked["title"].strip())
    upload = row and {"id": global_id("Upload:", row[0]), "title": row[1], "updatedAt": row[2]}
    return orjson.dumps({"data": {"updateUpload": {"upload": upload}}})


async def typename(headers: Iterable[tuple[bytes, bytes]], body: bytes) -> bytes:
    """Bare ASGI: it does not even ask who is there."""
    return b'{"data":{"__typename":"Query"}}'


async def ready(headers: Iterable[tuple[bytes, bytes]], body: bytes) -> bytes:
    return b"ready"


ROUTES = {"/q2": uploads, "/q1": production, "/m1": rename, "/q3": typename, "/readyz": ready}


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await live(receive, send)
        return
    body = b""
    while (message := await receive()).get("more_body"):
        body += message["body"]
    body += message.get("body", b"")
    status = 200
    try:
        answer = await ROUTES[scope["path"]](scope["headers"], body)
    except Refused:
        status, answer = 401, b'{"errors":[{"message":"Nobody is signed in."}]}'
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


async def keep(connection: asyncpg.Connection) -> None:
    """Nothing leaves state on a connection, so nothing is to be reset."""


async def live(receive: Receive, send: Send) -> None:
    global pool
    await receive()
    pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=10, max_size=10, reset=keep)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await pool.close()
    await send({"type": "lifespan.shutdown.complete"})


if __name__ == "__main__":
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        loop="uvloop",
        http="httptools",
        lifespan="on",
        log_level="warning",
        access_log=False,
        timeout_keep_alive=75,
    )
