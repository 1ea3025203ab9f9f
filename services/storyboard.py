"""Small pictures for scrubbing: a WebVTT file whose cues point into the tiles that a render made.

WebVTT with media fragments (`#xywh=`) is what hls.js players read; HLS's own image playlists they do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import models
from models.statuses import RenderOutputKind
from services.gateways.object_storage import ObjectStorage


@dataclass(frozen=True)
class Storyboard:
    """`tiles` are keys in order, each `columns` x `rows` pictures of `width` x `height`, one every
    `interval_ms`."""

    tiles: Sequence[str]
    columns: int
    rows: int
    width: int
    height: int
    interval_ms: int
    duration_ms: int


async def storyboard_of(*, render: models.Render, storage: ObjectStorage) -> Storyboard | None:
    """The storyboard of a completed render; None when it made none. The tiles' names are MediaConvert's
    choice, so they are looked up."""
    hls = next((group for group in _hls_groups(render) if "ImageBasedTrickPlaySettings" in group), None)
    rendition = next((o for o in render.outputs if o["kind"] == RenderOutputKind.HLS_RENDITION), None)
    if hls is None or rendition is None:
        return None
    folder = rendition["key"].rpartition("/")[0]
    tiles = [o.key for o in await storage.list_objects(f"{folder}/") if o.key.endswith((".jpg", ".jpeg"))]
    own = hls["ImageBasedTrickPlaySettings"]
    return Storyboard(
        tiles=sorted(tiles),
        columns=own["TileWidth"],
        rows=own["TileHeight"],
        width=own["ThumbnailWidth"],
        height=round(own["ThumbnailWidth"] * rendition["height"] / rendition["width"] / 2) * 2,
        interval_ms=round(own["ThumbnailInterval"] * 1000),
        duration_ms=rendition["durationMs"] or 0,
    )


def storyboard_vtt(storyboard: Storyboard, urls: Sequence[str]) -> str:
    """The WebVTT text; `urls` are those of the tiles."""
    lines = ["WEBVTT", ""]
    start = 0
    places = product(urls, range(storyboard.rows), range(storyboard.columns))
    for url, row, column in places:
        if start >= storyboard.duration_ms:
            break
        end = min(start + storyboard.interval_ms, storyboard.duration_ms)
        x, y = column * storyboard.width, row * storyboard.height
        lines.append(f"{_time(start)} --> {_time(end)}")
        lines += [f"{url}#xywh={x},{y},{storyboard.width},{storyboard.height}", ""]
        start = end
    return "\n".join(lines)


def _hls_groups(render: models.Render) -> list[dict[str, Any]]:
    groups = (render.settings or {}).get("Settings", {}).get("OutputGroups", [])
    return [group["OutputGroupSettings"].get("HlsGroupSettings", {}) for group in groups]


def _time(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"
