"""Renders one job: inputs down, one ffmpeg, outputs up."""

import asyncio
import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from embedded.mediaconvert.command import render_command
from embedded.mediaconvert.ffmpeg_process import run_ffmpeg
from embedded.mediaconvert.filter_graph import FilterGraph, programme_frames
from embedded.mediaconvert.hls import rung_facts, write_master
from embedded.mediaconvert.loudness import gain_for
from embedded.mediaconvert.outputs import Group, Output, read_groups
from embedded.mediaconvert.programme import Programme, read_programme
from embedded.mediaconvert.sources import Source, read_source
from embedded.mediaconvert.storage import Storage

# How much of a job each phase is taken to be, for one percentage over all.
TRANSCODED_FROM, UPLOADED_FROM = 5, 90


@dataclass(frozen=True)
class Progress:
    phase: str
    percent: int
    frames_decoded: int


Report = Callable[[Progress], None]
Told = Callable[[list[Source]], None]


async def render(
    settings: dict[str, Any], *, storage: Storage, folder: Path, report: Report, told_sources: Told
) -> list[dict[str, Any]]:
    """Make every output of a job; `outputGroupDetails` as a COMPLETE event tells them.

    `folder` is scratch space, emptied before and after. Raises SourceError; cancelled, it stops ffmpeg.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        return await _render(settings, storage, folder, report, told_sources)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _render(
    settings: dict[str, Any], storage: Storage, folder: Path, report: Report, told_sources: Told
) -> list[dict[str, Any]]:
    report(Progress("PROBING", 0, 0))
    programme = read_programme(settings)
    groups = read_groups(settings, programme.rate)
    images = await _images(programme, groups, storage, folder)
    sources = await _sources(programme, storage, folder)
    told_sources([source for source in sources if source])
    outputs = [output for group in groups for output in group.outputs]

    def new_graph() -> FilterGraph:
        return FilterGraph(
            programme,
            sources,
            images,
            is_deinterlaced=any(output.picture.is_deinterlaced for output in outputs),
            is_709=any(output.picture.is_709 for output in outputs),
        )

    gains: dict[tuple[object, ...], float | None] = {}
    for sound in {output.sound.mix: output.sound for output in outputs if output.sound}.values():
        gains[sound.mix] = await gain_for(sound, new_graph)
    for index, _ in enumerate(groups):
        (folder / str(index)).mkdir()
    graph = new_graph()
    command = render_command(graph, groups, gains, folder)
    frames = programme_frames(programme, sources)
    await run_ffmpeg(command, report=_transcoding(frames, programme.rate, report))
    for index, group in enumerate(groups):
        if group.type == "HLS_GROUP_SETTINGS":
            write_master(group, folder / str(index), programme.rate, graph.canvas)
    details = [
        _group_details(group, folder / str(index), frames, programme.rate, graph.canvas)
        for index, group in enumerate(groups)
    ]
    await _upload(groups, storage, folder, frames, report)
    return details


async def _images(
    programme: Programme, groups: tuple[Group, ...], storage: Storage, folder: Path
) -> dict[str, str]:
    """Every overlay image's path by its address."""
    overlays = [overlay for each in programme.inputs for overlay in each.overlays]
    overlays += [overlay for g in groups for output in g.outputs for overlay in output.picture.overlays]
    paths = {}
    for overlay in overlays:
        path = folder / f"{hashlib.sha256(overlay.uri.encode()).hexdigest()[:16]}{Path(overlay.uri).suffix}"
        await storage.download(overlay.uri, path)
        paths[overlay.uri] = str(path)
    return paths


async def _sources(programme: Programme, storage: Storage, folder: Path) -> list[Source | None]:
    sources: list[Source | None] = []
    for index, each in enumerate(programme.inputs):
        if each.uri is None:
            sources.append(None)
            continue
        path = folder / f"input-{index}{Path(each.uri).suffix}"
        await storage.download(each.uri, path)
        sources.append(
            await asyncio.to_thread(read_source, path, is_rotated=each.is_rotated, rate=programme.rate)
        )
    return sources


def _transcoding(frames: int, rate: Fraction, report: Report) -> Callable[[int], None]:
    total = max(1.0, frames / float(rate) * 1_000_000)

    def told(microseconds: int) -> None:
        part = min(1.0, max(0, microseconds) / total)
        percent = TRANSCODED_FROM + round(part * (UPLOADED_FROM - TRANSCODED_FROM))
        report(Progress("TRANSCODING", percent, round(part * frames)))

    return told


async def _upload(
    groups: tuple[Group, ...], storage: Storage, folder: Path, frames: int, report: Report
) -> None:
    files = {index: sorted((folder / str(index)).iterdir()) for index, _ in enumerate(groups)}
    count = sum(len(found) for found in files.values())
    done = 0

    def told(path: Path) -> None:
        nonlocal done
        done += 1
        percent = UPLOADED_FROM + round(done / count * (99 - UPLOADED_FROM))
        report(Progress("UPLOADING", percent, frames))

    for index, group in enumerate(groups):
        await storage.upload(files[index], group.bucket, group.folder, told)


def _group_details(
    group: Group, folder: Path, frames: int, rate: Fraction, canvas: tuple[int, int]
) -> dict[str, Any]:
    address = f"s3://{group.bucket}/{group.folder}"
    duration = round(frames / rate * 1000)
    if group.type == "HLS_GROUP_SETTINGS":
        return {
            "type": "HLS_GROUP",
            "playlistFilePaths": [f"{address}/{group.stem}.m3u8"],
            "outputDetails": [
                _output_details(
                    output,
                    f"{address}/{output.name}.m3u8",
                    duration,
                    canvas,
                    rung_facts(output, folder).average_bandwidth,
                )
                for output in group.outputs
            ],
        }
    return {
        "type": "FILE_GROUP",
        "outputDetails": [
            _file_details(output, address, folder, duration, canvas) for output in group.outputs
        ],
    }


def _file_details(
    output: Output, address: str, folder: Path, duration: int, canvas: tuple[int, int]
) -> dict[str, Any]:
    if output.capture:
        # Of several stills MediaConvert tells the last one only.
        last = max(folder.glob(f"{output.name}.*.{output.extension}"))
        return _output_details(output, f"{address}/{last.name}", duration, canvas, None)
    name = f"{output.name}.{output.extension}"
    bitrate = round((folder / name).stat().st_size * 8000 / max(1, duration))
    return _output_details(output, f"{address}/{name}", duration, canvas, bitrate)


def _output_details(
    output: Output, uri: str, duration: int, canvas: tuple[int, int], bitrate: int | None
) -> dict[str, Any]:
    video: dict[str, Any] = {
        "widthInPx": output.picture.width or canvas[0],
        "heightInPx": output.picture.height or canvas[1],
    }
    if bitrate is not None:
        video["averageBitrate"] = bitrate
    return {"outputFilePaths": [uri], "durationInMs": duration, "videoDetails": video}
