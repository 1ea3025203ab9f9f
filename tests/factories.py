"""Rows with valid defaults, one function a table."""

from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

import models
from models.statuses import (
    ProductionStatus,
    PublicationStatus,
    SpaceRole,
    SpaceVisibility,
    UploadStatus,
)
from services.access_tokens import issue_access_token
from services.gateways.event_bus import ProgressTick
from services.production_config import ProductionConfig
from services.production_status import write_production_status
from services.publication_status import write_publication_status
from services.render_lifecycle import RenderState
from services.upload_status import write_upload_status
from services.viewer import Viewer

numbers = count(1)
MEDIA = {
    "duration_ms": 5312,
    "width": 1280,
    "height": 720,
    "frame_rate": "25",
    "rotation": 0,
    "video_codec": "h264",
    "audio_codec": "aac",
    "audio_channels": 2,
    "has_audio": True,
    "hdr": False,
    "interlaced": False,
    "variable_frame_rate": False,
    "container": "mp4",
}


async def make_user(name: str = "Ada") -> models.User:
    return await models.User.create(email=f"user{next(numbers)}@example.org", name=name)


async def make_token(user: models.User) -> str:
    return await issue_access_token(user_id=user.id, name="test")


def viewer_of(user: models.User) -> Viewer:
    return Viewer(user.id)


async def make_upload(
    owner: models.User, *, status: UploadStatus = UploadStatus.READY, **values
) -> models.Upload:
    number = next(numbers)
    defaults = {
        "title": f"Upload {number}",
        "filename": "clip.mp4",
        "content_type": "video/mp4",
        "byte_size": 1000,
        "source_key": f"t/{owner.id}/uploads/{number}/source.mp4",
        "media": MEDIA,
        "expires_at": datetime.now(UTC) + timedelta(hours=1),
    }
    upload = models.Upload(owner_id=owner.id, **(defaults | values))
    await write_upload_status(upload, status, cause="made by a test")
    return upload


async def make_production(
    owner: models.User,
    *,
    upload: models.Upload | None = None,
    status: ProductionStatus = ProductionStatus.COMPLETED,
    title: str = "A production",
) -> models.Production:
    """A production whose only render has the status; a COMPLETED one is playable."""
    upload = upload or await make_upload(owner)
    production = await models.Production.create(
        owner_id=owner.id,
        upload_id=upload.id,
        title=title,
        config=ProductionConfig().to_json(),
        status=ProductionStatus.QUEUED,
    )
    render = await models.Render.create(
        production_id=production.id,
        number=1,
        status=status,
        config=production.config,
        output_prefix=f"t/{owner.id}/p/{production.id}/r/1",
    )
    percent = 100 if status is ProductionStatus.COMPLETED else 0
    if status is ProductionStatus.COMPLETED:
        production.playable_render_number = 1
    await write_production_status(production, render, RenderState(status, percent), cause="made by a test")
    return production


async def make_space(
    owner: models.User, *, visibility: SpaceVisibility = SpaceVisibility.MEMBERS, slug: str | None = None
) -> models.Space:
    slug = slug or f"space-{next(numbers)}"
    space = await models.Space.create(name=slug.title(), slug=slug, visibility=visibility)
    await add_member(space, owner, SpaceRole.OWNER)
    return space


async def add_member(space: models.Space, user: models.User, role: SpaceRole) -> models.SpaceMember:
    return await models.SpaceMember.create(space_id=space.id, user_id=user.id, role=role)


async def make_publication(
    production: models.Production, space: models.Space, status: PublicationStatus = PublicationStatus.LIVE
) -> models.Publication:
    live = status is PublicationStatus.LIVE
    publication = models.Publication(
        production_id=production.id,
        space_id=space.id,
        published_at=datetime.now(UTC) if live else None,
    )
    await write_publication_status(publication, status, cause="made by a test")
    return publication


def make_tick(
    production: models.Production, sequence: int, percent: int, phase: str | None = None
) -> ProgressTick:
    return ProgressTick(production.id, sequence, percent, phase, datetime.now(UTC))


def id_of(row) -> str:
    from schema.node import global_id

    row_id: UUID = row.pk
    return global_id(type(row).__name__, row_id)
