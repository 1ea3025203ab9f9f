"""The other uploads that a production's config uses: each its owner's, READY, of a kind that fits its place.

They are held until the transaction ends, so that nobody deletes them before `record_production_assets` has
noted their use.
"""

from dataclasses import dataclass
from enum import Enum

import models
from models.statuses import UploadKind, UploadStatus
from services.errors import UserError
from services.production_config import ProductionConfig
from services.rows.hold_uploads import hold_uploads
from services.viewer import Viewer


@dataclass(frozen=True)
class Place:
    """Where a config uses an upload, as messages call it, and the kinds that fit there."""

    noun: str
    kinds: tuple[UploadKind, ...]
    wanted: str


PLACES = {
    ("titlePage", "backgroundUploadId"): Place(
        "background", (UploadKind.IMAGE, UploadKind.VIDEO), "an image or a video"
    ),
    ("titlePage", "logoUploadId"): Place("logo", (UploadKind.IMAGE,), "an image"),
    ("audio", "music", "uploadId"): Place(
        "music", (UploadKind.AUDIO, UploadKind.VIDEO), "sound, or a video with sound"
    ),
    ("captions", "uploadId"): Place("captions", (UploadKind.CAPTIONS,), "a captions file"),
}


async def production_asset_errors(viewer: Viewer, config: ProductionConfig, code: Enum) -> list[UserError]:
    """Every upload of the config that cannot be used, with the way to it under `input`; holds the others.

    An upload of somebody else's is told of as one that does not exist. Runs inside the caller's transaction.
    """
    named = list(config.referenced_uploads())
    rows = await hold_uploads(viewer, {upload_id for upload_id, _ in named})
    return [
        UserError(code, problem, ("input", *path))
        for upload_id, path in named
        if (problem := _problem(rows.get(upload_id), _place(path))) is not None
    ]


async def record_production_assets(production: models.Production, config: ProductionConfig) -> None:
    """Note which uploads the production's config uses, and no others: these cannot be deleted.

    One that was deleted since, when an earlier config is taken up again, is passed over: its render exists.
    Runs inside the caller's transaction, after `production_asset_errors` or `hold_uploads` held them there.
    """
    named = [upload_id for upload_id, _ in config.referenced_uploads()]
    used = {upload.id for upload in await models.Upload.filter(id__in=named).only("id")} if named else set()
    await models.ProductionAsset.filter(production_id=production.id).exclude(upload_id__in=used).delete()
    await models.ProductionAsset.bulk_create(
        [models.ProductionAsset(production_id=production.id, upload_id=upload_id) for upload_id in used],
        ignore_conflicts=True,
    )


def _place(path: tuple[str, ...]) -> Place:
    """Of a path such as `config captions 0 uploadId`."""
    return PLACES[tuple(part for part in path[1:] if not part.isdecimal())]


def _problem(upload: models.Upload | None, place: Place) -> str | None:
    if upload is None:
        return "There is no such upload."
    if upload.kind not in place.kinds:
        return f"The {place.noun} must be {place.wanted}; this upload is {upload.kind}."
    if upload.status is not UploadStatus.READY:
        return f"The upload is {upload.status}; the {place.noun} must be READY."
    if place.noun == "music" and upload.kind is UploadKind.VIDEO and not (upload.media or {})["has_audio"]:
        return "The music must have sound; this video has none."
    return None
