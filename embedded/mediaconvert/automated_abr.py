"""Automated ABR: one output of a group becomes a ladder that fits the source."""

from typing import Any

from embedded.mediaconvert.framing import Size, even

# Short edges, and QVBR quality of each; the service decides by analysis, which has no counterpart here.
SHORT_EDGES = (2160, 1440, 1080, 900, 720, 540, 480, 360, 270, 180)
SMALLEST = 64
MOST_RENDITIONS, FEWEST_RENDITIONS = 15, 3
HIGHEST_BITRATE, LOWEST_BITRATE = 8_000_000, 600_000
HD_QUALITY, SD_QUALITY = 8, 7
# How sharply bits fall with the picture's area.
AREA_EXPONENT = 0.75


def renditions(group: dict[str, Any], canvas: Size) -> list[dict[str, Any]]:
    """The group's outputs: as they are or, with AbrSettings, 3 to 15 of them, none above the source. Their
    names count from 1, the best one."""
    own = group.get("AutomatedEncodingSettings", {}).get("AbrSettings")
    outputs: list[dict[str, Any]] = group["Outputs"]
    if own is None:
        return outputs
    ladder = _sizes(canvas, own.get("MaxRenditions", MOST_RENDITIONS))
    highest = own.get("MaxAbrBitrate", HIGHEST_BITRATE)
    lowest = min(own.get("MinAbrBitrate", LOWEST_BITRATE), highest)
    expanded = []
    for output in outputs:
        if "VideoDescription" not in output:
            expanded.append(output)
            continue
        for number, size in enumerate(ladder, start=1):
            area = (size[0] * size[1]) / (ladder[0][0] * ladder[0][1])
            bitrate = max(lowest, round(highest * area**AREA_EXPONENT))
            quality = HD_QUALITY if min(size) >= 1080 else SD_QUALITY
            quality = min(quality, int(own.get("MaxQualityLevel", quality)))
            expanded.append(_rendition(output, number, size, bitrate, quality))
    return expanded


def _rendition(output: dict[str, Any], number: int, size: Size, bitrate: int, quality: int) -> dict[str, Any]:
    video = output["VideoDescription"]
    codec = video["CodecSettings"]
    h264 = codec["H264Settings"] | {
        "MaxBitrate": bitrate,
        "QvbrSettings": {"QvbrQualityLevel": quality},
    }
    return output | {
        "NameModifier": f"{output.get('NameModifier', '')}_{number}",
        "VideoDescription": video
        | {"Width": size[0], "Height": size[1], "CodecSettings": codec | {"H264Settings": h264}},
    }


def _sizes(canvas: Size, most: int) -> list[Size]:
    """The source's own size first, then smaller ones; halves of it where it is too small for three."""
    short = min(canvas)
    edges = [short, *(edge for edge in SHORT_EDGES if edge < short * 0.9)]
    while len(edges) < FEWEST_RENDITIONS:
        edges.append(max(SMALLEST, even(edges[-1] * 2 / 3)))
    if len(edges) > most:
        # Thinned out evenly, both ends kept.
        edges = [edges[round(index * (len(edges) - 1) / (most - 1))] for index in range(most)]
    return [(even(canvas[0] * edge / short), even(canvas[1] * edge / short)) for edge in edges]
