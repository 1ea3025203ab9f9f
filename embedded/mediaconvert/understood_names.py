"""Names of outputs that the service would write otherwise than this renderer."""

import re
from collections.abc import Iterator
from typing import Any

# `$dt$`, `$fn$` and the like, which the service replaces (User Guide, "using-settings-with-variables").
VARIABLE = re.compile(r"\$[a-z]*\$")
# A folder below the destination; and what ffmpeg counts its segments with.
UNWRITTEN = re.compile(r"/|%\d*d")


def name_problems(group: dict[str, Any], pointer: str) -> Iterator[str]:
    for kind, own in group["OutputGroupSettings"].items():
        if isinstance(own, dict):
            where = f"{pointer}/outputGroupSettings/{kind[0].lower()}{kind[1:]}/destination"
            yield from _destination(own["Destination"], where)
    is_hls = "HlsGroupSettings" in group["OutputGroupSettings"]
    for index, output in enumerate(group["Outputs"]):
        here = f"{pointer}/outputs/{index}"
        if is_hls and "NameModifier" not in output:
            yield f"{here}: without nameModifier it would have the playlist of its group"
        for name in ("NameModifier", "Extension"):
            part = output.get(name, "")
            if VARIABLE.search(part) or UNWRITTEN.search(part):
                yield f"{here}/{name[0].lower()}{name[1:]}: {part} cannot be written on this machine"


def _destination(address: str, pointer: str) -> Iterator[str]:
    stem = address.removeprefix("s3://").partition("/")[2].rpartition("/")[2]
    if not stem:
        yield f"{pointer}: should end in a file name, without its extension, on this machine"
    elif VARIABLE.search(address) or UNWRITTEN.search(stem):
        yield f"{pointer}: {address} cannot be written on this machine"
