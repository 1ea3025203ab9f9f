from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

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


async def publish_options(*, viewer: Viewer, upload: models.Upload) -> Sequence[PublishOption]:
    """The spaces the viewer is a member of, by name, as choices for this upload."""
    if viewer.user_id is None:
        return []
    members = await models.SpaceMember.filter(user_id=viewer.user_id).select_related("space")
    publications = (
        await models.Publication.filter(production__upload_id=upload.id)
        .exclude(status=PublicationStatus.WITHDRAWN)
        .order_by("created_at")
    )
    by_space = {publication.space_id: publication for publication in publications}
    options = [
        PublishOption(
            space=member.space,
            obstacle=_obstacle(member, upload, by_space.get(member.space_id)),
            publication=by_space.get(member.space_id),
        )
        for member in members
    ]
    return sorted(options, key=lambda option: (option.space.name, option.space.id))


def _obstacle(
    member: models.SpaceMember, upload: models.Upload, publication: models.Publication | None
) -> PublishObstacle | None:
    if member.role not in PUBLISHING_ROLES:
        return PublishObstacle.NOT_A_PUBLISHER
    if upload.kind is not UploadKind.VIDEO:
        return PublishObstacle.UPLOAD_NOT_A_VIDEO
    if upload.status is not UploadStatus.READY:
        return PublishObstacle.UPLOAD_NOT_READY
    return PublishObstacle.ALREADY_PUBLISHED if publication else None
