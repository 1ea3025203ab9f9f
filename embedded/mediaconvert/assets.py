"""What a render needs beside its graph, fetched from storage or written into its folder."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from embedded.mediaconvert.captions import Cue, burn_in_script, read_cues
from embedded.mediaconvert.colour import write_table
from embedded.mediaconvert.filter_graph import Assets
from embedded.mediaconvert.outputs import Group
from embedded.mediaconvert.programme import Programme
from embedded.mediaconvert.sources import Source, read_sound_file, read_source
from embedded.mediaconvert.storage import Storage

# None is for as the file says.
TURNS = {"DEGREE_0": 0, "DEGREES_90": 90, "DEGREES_180": 180, "DEGREES_270": 270, "AUTO": None}


class Downloads:
    """Objects fetched into a folder, each once, under names that come from their addresses."""

    def __init__(self, storage: Storage, folder: Path) -> None:
        self._storage = storage
        self.folder = folder
        self._paths: dict[str, Path] = {}

    async def path(self, uri: str) -> Path:
        """Raises SourceError 1404 for an object that is not there."""
        if uri not in self._paths:
            name = hashlib.sha256(uri.encode()).hexdigest()[:16]
            path = self.folder / f"{name}{Path(uri).suffix}"
            await self._storage.download(uri, path)
            self._paths[uri] = path
        return self._paths[uri]

    async def source(self, each: dict[str, Any]) -> Source | None:
        """An input's file; None for a generated one. Raises SourceError."""
        if "FileInput" not in each:
            return None
        selector = each.get("VideoSelector", {})
        rotate = TURNS[selector.get("Rotate", "DEGREE_0")]
        source = await asyncio.to_thread(read_source, await self.path(each["FileInput"]), rotate=rotate)
        return replace(source, colour=source.colour.selected(selector))

    async def cues(self, programme: Programme) -> dict[str, list[Cue]]:
        """The captions of all inputs by address. Raises SourceError."""
        uris = {captions.uri for each in programme.inputs for captions in each.captions.values()}
        return {uri: await asyncio.to_thread(read_cues, await self.path(uri)) for uri in sorted(uris)}


async def read_assets(
    downloads: Downloads,
    programme: Programme,
    groups: Sequence[Group],
    cues: Mapping[str, Sequence[Cue]],
    *,
    is_vivid: bool,
) -> Assets:
    """`cues` on the programme's timeline, by selector. Raises SourceError."""
    outputs = [output for group in groups for output in group.outputs]
    overlays = [overlay for each in programme.inputs for overlay in each.overlays]
    overlays += [overlay for output in outputs if output.picture for overlay in output.picture.overlays]
    images = {overlay.uri for overlay in overlays}
    images |= {each.background for each in programme.inputs if each.background}
    selectors = [selector for each in programme.inputs for selector in each.selectors.values()]
    sounds = {selector.external for selector in selectors if selector.external}
    return Assets(
        images={uri: await downloads.path(uri) for uri in sorted(images)},
        sounds={
            uri: await asyncio.to_thread(read_sound_file, await downloads.path(uri)) for uri in sorted(sounds)
        },
        tables=await asyncio.to_thread(_tables, programme, downloads.folder, is_vivid),
        subtitles=_subtitles(groups, cues, downloads.folder),
    )


def _tables(programme: Programme, folder: Path, is_vivid: bool) -> dict[Any, Path]:
    colours = {each.source.colour for each in programme.inputs if each.source}
    tables = {}
    for index, colour in enumerate(colour for colour in colours if colour.needs_table):
        tables[colour] = folder / f"colour-{index}.cube"
        write_table(tables[colour], colour, is_vivid=is_vivid)
    return tables


def _subtitles(groups: Sequence[Group], cues: Mapping[str, Sequence[Cue]], folder: Path) -> dict[Any, Path]:
    scripts: dict[Any, Path] = {}
    for output in (output for group in groups for output in group.outputs):
        captions = output.picture.captions if output.picture else None
        if output.picture is None or captions is None or captions.style is None:
            continue
        key = (captions, output.picture.size)
        if key not in scripts:
            scripts[key] = folder / f"captions-{len(scripts)}.ass"
            script = burn_in_script(cues[captions.selector], captions.style, output.picture.size)
            scripts[key].write_text(script, encoding="utf-8")
    return scripts
