"""The playlists that ffmpeg does not write: the master (RFC 8216) and the one of the thumbnails."""

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from PIL import Image

from embedded.mediaconvert.outputs import Group, Output, Thumbnails

DURATION = re.compile(r"#EXTINF:([\d.]+)")
SPS_NAL = re.compile(rb"\x00\x00\x01[\x27\x47\x67](...)", re.DOTALL)
AAC_LC = "mp4a.40.2"


@dataclass(frozen=True)
class RungFacts:
    """Bit/s at most and on average, over whole segments."""

    peak_bandwidth: int
    average_bandwidth: int
    codecs: str


def write_master(group: Group, folder: Path, rate: Fraction, canvas: tuple[int, int]) -> None:
    lines = ["#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for output in group.outputs:
        facts = rung_facts(output, folder)
        width, height = output.picture.width or canvas[0], output.picture.height or canvas[1]
        lines.append(
            f"#EXT-X-STREAM-INF:BANDWIDTH={facts.peak_bandwidth},AVERAGE-BANDWIDTH={facts.average_bandwidth},"
            f'CODECS="{facts.codecs}",RESOLUTION={width}x{height},FRAME-RATE={float(rate):.3f}'
        )
        lines.append(f"{output.name}.m3u8")
    if group.thumbnails:
        lines.append(_image_stream(group, group.thumbnails, folder))
    (folder / f"{group.stem}.m3u8").write_text("\n".join(lines) + "\n")


def rung_facts(output: Output, folder: Path) -> RungFacts:
    durations, sizes = segments(folder / f"{output.name}.m3u8")
    rates = [size * 8 / duration for size, duration in zip(sizes, durations, strict=True) if duration > 0]
    codecs = [avc_codec(folder / f"{output.name}_00001.ts")]
    if output.sound:
        codecs.append(AAC_LC)
    return RungFacts(
        peak_bandwidth=math.ceil(max(rates)),
        average_bandwidth=math.ceil(sum(sizes) * 8 / sum(durations)),
        codecs=",".join(codecs),
    )


def segments(playlist: Path) -> tuple[list[float], list[int]]:
    """Each segment's length in seconds, and its size in bytes."""
    text = playlist.read_text()
    names = [line for line in text.splitlines() if line and not line.startswith("#")]
    durations = [float(told) for told in DURATION.findall(text)]
    return durations, [(playlist.parent / name).stat().st_size for name in names]


def avc_codec(segment: Path) -> str:
    """RFC 6381: `avc1.` and profile, constraints and level as the stream's own parameter set says."""
    with segment.open("rb") as file:
        found = SPS_NAL.search(file.read(64 * 1024))
    return f"avc1.{found[1].hex()}" if found else "avc1.640028"


def _image_stream(group: Group, thumbnails: Thumbnails, folder: Path) -> str:
    """Writes the thumbnails' playlist; the master's line for it. After Roku's Image Media Playlist
    specification, which MediaConvert follows."""
    tiles = sorted(folder.glob(f"{group.stem}_thumbnails_*.jpg"))
    with Image.open(tiles[0]) as first:
        width, height = first.width // thumbnails.columns, first.height // thumbnails.rows
    per_tile = thumbnails.interval * thumbnails.columns * thumbnails.rows
    total = sum(segments(folder / f"{group.outputs[0].name}.m3u8")[0])
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{math.ceil(per_tile)}",
        "#EXT-X-MEDIA-SEQUENCE:1",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-IMAGES-ONLY",
    ]
    left = total
    for tile in tiles:
        lines.append(f"#EXTINF:{max(0.001, min(per_tile, left)):.3f},")
        lines.append(
            f"#EXT-X-TILES:RESOLUTION={width}x{height},LAYOUT={thumbnails.columns}x{thumbnails.rows},"
            f"DURATION={thumbnails.interval:.3f}"
        )
        lines.append(tile.name)
        left -= per_tile
    name = f"{group.stem}_thumbnails.m3u8"
    (folder / name).write_text("\n".join([*lines, "#EXT-X-ENDLIST"]) + "\n")
    bandwidth = math.ceil(sum(tile.stat().st_size for tile in tiles) * 8 / total)
    size = f"RESOLUTION={width}x{height}"
    return f'#EXT-X-IMAGE-STREAM-INF:BANDWIDTH={bandwidth},{size},CODECS="jpeg",URI="{name}"'
