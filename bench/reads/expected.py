"""What each request is to be answered, as PostgreSQL itself says it; and answers brought into that form."""

import base64
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

PRODUCTION = """
'id', p.id, 'title', p.title, 'status', p.status, 'progressPercent', p.progress_percent,
'createdAt', p.created_at
"""
UPLOAD = """
'id', u.id, 'title', u.title, 'filename', u.filename, 'byteSize', u.byte_size, 'status', u.status,
'createdAt', u.created_at
"""
PUBLICATIONS = """
(SELECT coalesce(json_agg(json_build_object(
    'id', b.id, 'status', b.status, 'publishedAt', b.published_at,
    'space', json_build_object('id', s.id, 'slug', s.slug, 'name', s.name)
  ) ORDER BY b.created_at DESC, b.id DESC), '[]')
 FROM publications b JOIN spaces s ON s.id = b.space_id WHERE b.production_id = p.id)
"""
LIST = f"""
SELECT json_agg(json_build_object({UPLOAD}, 'productions',
  (SELECT coalesce(json_agg(json_build_object({PRODUCTION}, 'publications', {PUBLICATIONS})
     ORDER BY p.created_at DESC, p.id DESC), '[]')
   FROM productions p WHERE p.upload_id = u.id)) ORDER BY u.created_at DESC, u.id DESC)
FROM (SELECT * FROM uploads WHERE owner_id = $1 ORDER BY created_at DESC, id DESC LIMIT 25) u
"""
DETAIL = f"""
SELECT json_build_object({PRODUCTION}, 'upload', json_build_object({UPLOAD}), 'publications', {PUBLICATIONS})
FROM productions p JOIN uploads u ON u.id = p.upload_id WHERE p.id = $1
"""
RENAME = "SELECT json_build_object('id', id, 'title', title) FROM uploads WHERE id = $1"

RECENT_SECONDS = 120.0


class WrongAnswer(Exception):
    """Not what the database has."""


def answer_of(body: bytes) -> Any:
    """The data of an answer, in the database's own form, whatever the server's: without connections, ids as
    rows', instants as seconds, and without the fields above the object or list that was asked for.

    Raises WrongAnswer.
    """
    payload = orjson.loads(body)
    if payload.get("errors") or not payload.get("data"):
        raise WrongAnswer(f"not an answer: {body[:500].decode()}")
    found = payload["data"]
    while isinstance(found, dict) and len(found) == 1:
        [found] = found.values()
    return plain(found)


def plain(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        if value.keys() == {"nodes"}:
            return plain(value["nodes"])
        return {key: plain(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if name == "id":
        return row_id(value)
    if name.endswith("At") and isinstance(value, str):
        return datetime.fromisoformat(value).timestamp()
    if name == "byteSize":
        return int(value)
    return value


def row_id(value: str) -> str:
    if len(value) == 36:
        return value
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode().partition(":")[2]


def global_id(kind: str, row: object) -> str:
    return base64.urlsafe_b64encode(f"{kind}:{row}".encode()).decode().rstrip("=")


def without_now(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was written just now, without when. Raises WrongAnswer for a long time ago."""
    written = answer["updatedAt"]
    if abs(time.time() - written) > RECENT_SECONDS:
        raise WrongAnswer(f"updated at {written}, and it is {time.time()}")
    return {name: value for name, value in answer.items() if name != "updatedAt"}
