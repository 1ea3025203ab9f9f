import models
from services.gateways.object_storage import ObjectStorage
from services.job_settings.render_outputs import render_outputs

PLAYLIST = ".m3u8"
END = "#EXT-X-ENDLIST"


async def is_rendered_in_full(render: models.Render, storage: ObjectStorage) -> bool:
    """Whether storage holds everything that the render's job was to leave: each file, and each playlist to
    its end with all it names. The proof of a COMPLETE that nobody told us of and nobody remembers."""
    if render.settings is None:
        return False
    prefix = f"{render.output_prefix}/"
    stored = {item.key for item in await storage.list_objects(prefix) if item.byte_size}
    expected = [output.key for output in render_outputs(render.settings)]
    if not expected or not stored.issuperset(expected):
        return False
    for key in expected:
        if key.endswith(PLAYLIST) and not await _is_whole(key, stored, storage):
            return False
    return True


async def _is_whole(key: str, stored: set[str], storage: ObjectStorage) -> bool:
    lines = (await storage.get(key) or b"").decode(errors="replace").splitlines()
    folder = key.rpartition("/")[0]
    named = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    is_master = any(line.startswith("#EXT-X-STREAM-INF") for line in lines)
    return (is_master or END in lines) and bool(named) and all(f"{folder}/{name}" in stored for name in named)
