"""The playlist of a group's thumbnails, after Roku's Image Media Playlist specification, which MediaConvert
follows."""

import math
from fractions import Fraction
from pathlib import Path

from PIL import Image

from embedded.mediaconvert.outputs import Group


def write_image_playlist(group: Group, folder: Path, seconds: Fraction) -> str | None:
    """The master's line for it; None for a group without thumbnails."""
    thumbnails = group.thumbnails
    if thumbnails is None:
        return None
    stem = f"{group.stem}_thumbnails"
    tiles = sorted(path for path in folder.iterdir() if path.name.startswith(stem) and path.suffix == ".jpg")
    with Image.open(tiles[0]) as first:
        width, height = first.width // thumbnails.columns, first.height // thumbnails.rows
    per_tile = thumbnails.interval * thumbnails.columns * thumbnails.rows
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{math.ceil(per_tile)}",
        "#EXT-X-MEDIA-SEQUENCE:1",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-IMAGES-ONLY",
    ]
    left = float(seconds)
    for tile in tiles:
        lines.append(f"#EXTINF:{max(0.001, min(per_tile, left)):.3f},")
        lines.append(
            f"#EXT-X-TILES:RESOLUTION={width}x{height},LAYOUT={thumbnails.columns}x{thumbnails.rows},"
            f"DURATION={thumbnails.interval:.3f}"
        )
        lines.append(tile.name)
        left -= per_tile
    (folder / f"{stem}.m3u8").write_text("\n".join([*lines, "#EXT-X-ENDLIST"]) + "\n")
    bandwidth = math.ceil(sum(tile.stat().st_size for tile in tiles) * 8 / float(seconds))
    size = f"RESOLUTION={width}x{height}"
    return f'#EXT-X-IMAGE-STREAM-INF:BANDWIDTH={bandwidth},{size},CODECS="jpeg",URI="{stem}.m3u8"'
