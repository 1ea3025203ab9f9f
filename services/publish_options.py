from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

import models
from models.statuses import PublicationStatus, UploadKind, UploadStatus
from services.policy import PUBLISHING_ROLES
from services.viewer import Viewer


class PublishObstacle(StrEnum):
    NOT_A_PUBLISHER = "NOT_A_PUBLISHER"
    UPLOAD_NOT_A_VIDEO = "UPLOAD_NOT_A_VIDEO"
    UPLOAD_NOT_READY = "UPLOAD_NOT_READY"
    ALREADY_PUBLISHED = "ALREADY_PUBLISHED"


@dataclass(frozen=True)
class PublishOption:
    """One space of the viewer's, whether the upload can be published there, and why not."""

    space: models.Space
    obstacle: PublishObstacle | None
    publication: models.Publication | None


class Publishable(Protocol):
    """An upload, as far as it matters for publishing it."""

    id: UUID
    kind: UploadKind
    status: UploadStatus


async def publish_options(
    *, viewer: Viewer, uploads: Collection[Publishable]
) -> Mapping[UUID, Sequence[PublishOption]]:
    """By upload: the spaces the viewer is a member of, by name, as choices for it."""
    if viewer.user_id is None:
        return {upload.id: [] for upload in uploads}
    members = await models.SpaceMember.filter(user_id=viewer.user_id).select_related("space")
    members.sort(key=lambda member: (member.space.name, member.space.id))
    publications = (
        await models.Publication.filter(production__upload_id__in={upload.id for upload in uploads})
        .exclude(status=PublicationStatus.WITHDRAWN)
        .select_related("production")
        .order_by("created_at", "id")
    )
    there = {(each.production.upload_id, each.space_id): each for each in publications}
    return {
        upload.id: [_option(member, upload, there.get((upload.id, member.space_id))) for member in members]
        for upload in uploads
    }


def _option(
    member: models.SpaceMember, upload: Publishable, publication: models.Publication | None
) -> PublishOption:
    return PublishOption(member.space, _obstacle(member, upload, publication), publication)


def _obstacle(
    member: models.SpaceMember, upload: Publishable, publication: models.Publication | None
) -> PublishObstacle | None:
    if member.role not in PUBLISHING_ROLES:
        return PublishObstacle.NOT_A_PUBLISHER
    if upload.kind is not UploadKind.VIDEO:
        return PublishObstacle.UPLOAD_NOT_A_VIDEO
    if upload.status is not UploadStatus.READY:
        return PublishObstacle.UPLOAD_NOT_READY
    return PublishObstacle.ALREADY_PUBLISHED if publication else None
