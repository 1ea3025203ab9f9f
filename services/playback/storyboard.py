"""Small pictures for scrubbing: a WebVTT file whose cues point into the tiles that a render made.

WebVTT with media fragments (`#xywh=`) is what hls.js players read; the image playlist that a render writes
(Roku's Image Media Playlist specification), they do not. What the tiles hold is read from that playlist.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import models
from models.statuses import RenderOutputKind
from services.gateways.object_storage import ObjectStorage
from services.playback.production_playback import output_key
from services.playback.rewrite_playlist import ATTRIBUTE, NAME

IMAGES = "#EXT-X-IMAGE-STREAM-INF:"
TILES = "#EXT-X-TILES:"
LASTS = "#EXTINF:"
# Pictures are taken on whole frames, so that a rest of less than this share of the interval has none.
LEFT_OVER = 0.05


@dataclass(frozen=True)
class Tile:
    """A picture of `columns` x `rows` pictures of `width` x `height`, one every `interval` seconds, from
    `start` to `end` seconds of the programme."""

    name: str
    columns: int
    rows: int
    width: int
    height: int
    interval: float
    start: float
    end: float


@dataclass(frozen=True)
class Storyboard:
    """Tiles in order, whose names are keys under `folder`."""

    folder: str
    tiles: Sequence[Tile]


async def storyboard_of(*, render: models.Render, storage: ObjectStorage) -> Storyboard | None:
    """The storyboard of a completed render; None when it made none."""
    master = output_key(render, RenderOutputKind.HLS)
    playlist = await storage.get(master) if master else None
    name = image_playlist(playlist.decode()) if playlist else None
    if master is None or name is None:
        return None
    folder = master.rpartition("/")[0]
    images = await storage.get(f"{folder}/{name}")
    return Storyboard(folder, read_tiles(images.decode())) if images else None


def image_playlist(master: str) -> str | None:
    """The name of the first image playlist that a master playlist tells of."""
    lines = (line for line in master.splitlines() if line.startswith(IMAGES))
    names = (dict(ATTRIBUTE.findall(line)).get("URI", "").strip('"') for line in lines)
    return next((name for name in names if NAME.fullmatch(name)), None)


def read_tiles(playlist: str) -> list[Tile]:
    """The tiles of an image playlist; a layout goes for every tile until the next one."""
    tiles: list[Tile] = []
    layout: dict[str, str] = {}
    end = lasts = 0.0
    for line in map(str.strip, playlist.splitlines()):
        if line.startswith(TILES):
            layout = {key: value.strip('"') for key, value in ATTRIBUTE.findall(line)}
        elif line.startswith(LASTS):
            lasts = float(line.removeprefix(LASTS).partition(",")[0])
        elif NAME.fullmatch(line) and layout:
            start, end = end, end + lasts
            columns, rows = map(int, layout["LAYOUT"].split("x"))
            width, height = map(int, layout["RESOLUTION"].split("x"))
            interval = float(layout["DURATION"])
            tiles.append(Tile(line, columns, rows, width, height, interval, start, end))
    return tiles


def storyboard_vtt(tiles: Sequence[Tile], urls: Sequence[str]) -> str:
    """The WebVTT text; `urls` are those of the tiles."""
    lines = ["WEBVTT", ""]
    for tile, url in zip(tiles, urls, strict=True):
        count = math.ceil((tile.end - tile.start) / tile.interval - LEFT_OVER)
        places = list(product(range(tile.rows), range(tile.columns)))[: max(1, count)]
        for number, (row, column) in enumerate(places):
            start = tile.start + number * tile.interval
            is_last = number == len(places) - 1
            lines.append(f"{_time(start)} --> {_time(tile.end if is_last else start + tile.interval)}")
            x, y = column * tile.width, row * tile.height
            lines += [f"{url}#xywh={x},{y},{tile.width},{tile.height}", ""]
    return "\n".join(lines)


def _time(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    whole, rest = divmod(milliseconds, 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{rest:03}"
