"""Renders one job: inputs down, one ffmpeg, outputs up."""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from embedded.mediaconvert.assets import Downloads, read_assets
from embedded.mediaconvert.caption_fonts import write_font_config
from embedded.mediaconvert.captions import Cue, placed_cues, webvtt
from embedded.mediaconvert.command import render_command
from embedded.mediaconvert.ffmpeg_process import run_ffmpeg
from embedded.mediaconvert.filter_graph import Assets, FilterGraph
from embedded.mediaconvert.hls import write_playlists
from embedded.mediaconvert.job_details import group_details
from embedded.mediaconvert.loudness import corrections
from embedded.mediaconvert.outputs import Group, read_groups
from embedded.mediaconvert.programme import Programme, read_programme
from embedded.mediaconvert.sound_warnings import JobWarning, sound_warnings
from embedded.mediaconvert.sounds import heard_tracks
from embedded.mediaconvert.sources import Source, SourceError
from embedded.mediaconvert.storage import Storage

# How much of a job each phase is taken to be, for one percentage over all.
TRANSCODED_FROM, UPLOADED_FROM = 5, 90
# What ffmpeg's mov and matroska readers say of a file that is shorter than it says; ffmpeg itself goes on.
TRUNCATED_TEXTS = ("partial file", "File ended prematurely")


@dataclass(frozen=True)
class Progress:
    phase: str
    percent: int
    frames_decoded: int


Report = Callable[[Progress], None]


@dataclass(frozen=True)
class Listener:
    """Who is told of a render while it goes on."""

    progress: Report
    sources: Callable[[list[Source]], None]
    warnings: Callable[[list[JobWarning]], None]


async def render(
    settings: dict[str, Any], *, storage: Storage, folder: Path, listener: Listener
) -> list[dict[str, Any]]:
    """Make every output of a job; `outputGroupDetails` as a COMPLETE event tells them.

    `folder` is scratch space, emptied before and after. Raises SourceError; cancelled, it stops ffmpeg.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        return await _render(settings, storage, folder, listener)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _render(
    settings: dict[str, Any], storage: Storage, folder: Path, listener: Listener
) -> list[dict[str, Any]]:
    listener.progress(Progress("PROBING", 0, 0))
    downloads = Downloads(storage, folder)
    sources = [await downloads.source(each) for each in settings["Inputs"]]
    listener.sources([source for source in sources if source])
    programme = read_programme(settings, sources)
    groups = read_groups(settings, programme.rate, programme.canvas)
    cues = await downloads.cues(programme)
    placed = {selector: placed_cues(programme, selector, cues) for selector in _caption_selectors(groups)}
    assets = await read_assets(downloads, programme, groups, placed, is_vivid=is_vivid(settings))
    for index, _ in enumerate(groups):
        (folder / str(index)).mkdir()
    await _transcode(programme, groups, assets, folder, listener)
    seconds = programme.frames / programme.rate
    details = await asyncio.to_thread(_finish, groups, folder, seconds, placed)
    await _upload(groups, storage, folder, programme.frames, listener.progress)
    return details


async def _transcode(
    programme: Programme, groups: Sequence[Group], assets: Assets, folder: Path, listener: Listener
) -> None:
    """The loudness in one pass over the sound, everything else in one ffmpeg."""
    outputs = [output for group in groups for output in group.outputs]
    mixes = list(dict.fromkeys(sound.mix for output in outputs for sound in output.sounds))
    heard = heard_tracks(programme, mixes, assets)
    listener.warnings(sound_warnings(programme, heard))

    def only_sound() -> FilterGraph:
        return FilterGraph(programme, assets, heard, is_seen=False)

    found = await corrections(mixes, only_sound)
    is_seen = any(output.picture for output in outputs)
    graph = FilterGraph(programme, assets, heard, is_seen=is_seen)
    command = render_command(graph, groups, found, folder)
    fonts = write_font_config(folder / "fonts.conf") if assets.subtitles else None
    report_time = _transcoding(programme.frames, programme.rate, listener.progress)
    told = await run_ffmpeg(command, report=report_time, environment=fonts)
    if any(text in told for text in TRUNCATED_TEXTS):
        raise SourceError(1076, "The end of file was hit before all of it was read. Is the file truncated?")


def _finish(
    groups: Sequence[Group], folder: Path, seconds: Fraction, cues: dict[str, list[Cue]]
) -> list[dict[str, Any]]:
    for index, group in enumerate(groups):
        target = folder / str(index)
        if group.is_hls:
            write_playlists(group, target, seconds, cues)
            continue
        for output in group.outputs:
            if output.captions and not output.is_encoded:
                track = output.captions
                text = webvtt(cues[track.selector], is_styled=track.is_styled)
                (target / f"{output.name}.{output.extension}").write_text(text)
    return [group_details(group, folder / str(index), seconds) for index, group in enumerate(groups)]


def is_vivid(settings: dict[str, Any]) -> bool:
    """Whether any output asks for HDR's highlights to be clipped rather than bent."""
    correctors = [
        output.get("VideoDescription", {}).get("VideoPreprocessors", {}).get("ColorCorrector", {})
        for group in settings["OutputGroups"]
        for output in group["Outputs"]
    ]
    return any(corrector.get("HdrToSdrToneMapper") == "VIBRANT" for corrector in correctors)


def _caption_selectors(groups: Sequence[Group]) -> list[str]:
    outputs = [output for group in groups for output in group.outputs]
    tracks = [output.captions for output in outputs]
    tracks += [output.picture.captions for output in outputs if output.picture]
    return list(dict.fromkeys(track.selector for track in tracks if track))


def _transcoding(frames: int, rate: Fraction, report: Report) -> Callable[[int], None]:
    total = max(1.0, frames / float(rate) * 1_000_000)

    def told(microseconds: int) -> None:
        part = min(1.0, max(0, microseconds) / total)
        percent = TRANSCODED_FROM + round(part * (UPLOADED_FROM - TRANSCODED_FROM))
        report(Progress("TRANSCODING", percent, round(part * frames)))

    return told


async def _upload(
    groups: Sequence[Group], storage: Storage, folder: Path, frames: int, report: Report
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
