from collections.abc import Sequence
from typing import Any

import models
from services.gateways.object_storage import ObjectStorage, StoredObject
from services.job_settings.render_outputs import render_outputs
from services.rendering.render_events import RenderEvent


async def measure_render_outputs(event: RenderEvent, storage: ObjectStorage) -> list[dict[str, Any]]:
    """The outputs a COMPLETE event leaves, with their sizes in bytes as storage tells them. Which there are
    is read off the job's own request: an event built from GetJob names no files."""
    render = await models.Render.filter(id=event.render_id).first()
    if render is None or render.settings is None:
        return []
    stored = await storage.list_objects(f"{render.output_prefix}/")
    told = {output.uri: output for output in event.outputs}
    measured = []
    for expected in render_outputs(render.settings):
        detail = told.get(storage.uri(expected.key))
        measured.append(
            {
                "kind": expected.kind,
                "key": expected.key,
                "width": detail.width if detail and detail.width else expected.width,
                "height": detail.height if detail and detail.height else expected.height,
                "bitrate": detail.bitrate if detail and detail.bitrate else expected.bitrate,
                "durationMs": detail.duration_ms if detail else None,
                "byteSize": _byte_size(expected.key, stored),
            }
        )
    return measured


def _byte_size(key: str, stored: Sequence[StoredObject]) -> int:
    """A playlist weighs what it and its segments weigh: `index_720.m3u8` with every `index_720_00001.ts`."""
    stem = key.removesuffix(".m3u8")
    if stem == key:
        return sum(item.byte_size for item in stored if item.key == key)
    return sum(item.byte_size for item in stored if item.key == key or item.key.startswith(f"{stem}_"))
