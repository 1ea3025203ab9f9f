from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from tortoise.transactions import in_transaction

import models
from models.statuses import ProductionStatus, PublicationStatus, UploadKind, UploadStatus
from services.create_production import insert_production
from services.errors import Refused, Unauthenticated, UserError, refuse
from services.gateways.clock import Clock
from services.gateways.event_bus import EventBus
from services.idempotency import IdempotencyKeyRefused, first_result, remember
from services.policy import PUBLISHING_ROLES, visible_productions, visible_spaces
from services.production_config import ProductionConfig
from services.publication_status import write_publication_status
from services.rows.hold_uploads import hold_uploads
from services.rows.lock_production import lock_production, share_spaces
from services.viewer import Viewer

LATE_SCHEDULE = timedelta(minutes=5)
MAX_SPACES = 50


class PublishErrorCode(StrEnum):
    SOURCE_INVALID = "SOURCE_INVALID"
    UPLOAD_NOT_FOUND = "UPLOAD_NOT_FOUND"
    UPLOAD_NOT_A_VIDEO = "UPLOAD_NOT_A_VIDEO"
    UPLOAD_NOT_READY = "UPLOAD_NOT_READY"
    PRODUCTION_NOT_FOUND = "PRODUCTION_NOT_FOUND"
    PRODUCTION_NOT_COMPLETED = "PRODUCTION_NOT_COMPLETED"
    SPACES_INVALID = "SPACES_INVALID"
    SPACE_NOT_FOUND = "SPACE_NOT_FOUND"
    NOT_A_PUBLISHER = "NOT_A_PUBLISHER"
    PUBLISH_AT_INVALID = "PUBLISH_AT_INVALID"
    IDEMPOTENCY_KEY_INVALID = "IDEMPOTENCY_KEY_INVALID"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"


async def publish(
    *,
    viewer: Viewer,
    bus: EventBus,
    clock: Clock,
    space_ids: Sequence[UUID],
    production_id: UUID | None = None,
    upload_id: UUID | None = None,
    when_ready: bool = False,
    publish_at: datetime | None = None,
    idempotency_key: str | None = None,
) -> tuple[models.Production, list[models.Publication]]:
    """Put a production into spaces: LIVE at once, WAITING for its render, or SCHEDULED.

    All spaces or none. With an upload instead of a production, a production with the default config is made
    and goes LIVE when its render is done. Publishing what is LIVE already changes nothing.
    """
    if viewer.user_id is None:
        raise Unauthenticated
    request = [str(production_id), str(upload_id), [*map(str, space_ids)], when_ready, str(publish_at)]
    try:
        async with in_transaction():
            known = await first_result(viewer, "publish", idempotency_key, request, models.Production)
            if known is not None:
                return known, await _publications_of(known, space_ids)
            _check_named(space_ids, production_id, upload_id)
            found = await _lock(viewer, production_id, space_ids)
            await _check_spaces(viewer, space_ids)
            _check_schedule(publish_at, clock)
            production = await _source(viewer, found, upload_id)
            status = _status(production, when_ready or found is None, publish_at)
            put = [await _put(production, space, status, publish_at, clock) for space in space_ids]
            await remember(viewer, "publish", idempotency_key, request, production.id)
    except IdempotencyKeyRefused as refused:
        raise refuse(PublishErrorCode(refused.code), str(refused), "input", "idempotencyKey") from refused
    if any(is_transition for _, is_transition in put):
        await bus.announce_transition()
    if found is None:
        await bus.announce_work()
    return production, [publication for publication, _ in put]


async def _publications_of(
    production: models.Production, space_ids: Sequence[UUID]
) -> list[models.Publication]:
    return await models.Publication.filter(production_id=production.id, space_id__in=space_ids)


def _check_named(space_ids: Sequence[UUID], production_id: UUID | None, upload_id: UUID | None) -> None:
    if not 1 <= len(space_ids) <= MAX_SPACES or len(set(space_ids)) != len(space_ids):
        message = f"Name 1 to {MAX_SPACES} spaces, each once."
        raise refuse(PublishErrorCode.SPACES_INVALID, message, "input", "spaceIds")
    if (production_id is None) == (upload_id is None):
        message = "Name either a production or an upload."
        raise refuse(PublishErrorCode.SOURCE_INVALID, message, "input")


async def _lock(
    viewer: Viewer, production_id: UUID | None, space_ids: Sequence[UUID]
) -> models.Production | None:
    """The viewer's production, if there is one, and the spaces."""
    if production_id is None:
        await share_spaces([], space_ids)
        return None
    own = models.Production.filter(visible_productions(viewer), owner_id=viewer.user_id)
    return await lock_production(own, production_id, new_spaces=space_ids)


async def _check_spaces(viewer: Viewer, space_ids: Sequence[UUID]) -> None:
    visible = set(
        await models.Space.filter(visible_spaces(viewer), id__in=space_ids).values_list("id", flat=True)
    )
    publishing = set(
        await models.SpaceMember.filter(
            user_id=viewer.user_id, space_id__in=space_ids, role__in=PUBLISHING_ROLES
        ).values_list("space_id", flat=True)
    )
    errors = []
    for index, space_id in enumerate(space_ids):
        path = ("input", "spaceIds", str(index))
        if space_id not in visible:
            errors.append(UserError(PublishErrorCode.SPACE_NOT_FOUND, "There is no such space.", path))
        elif space_id not in publishing:
            message = "Publishing here takes the role PUBLISHER or OWNER."
            errors.append(UserError(PublishErrorCode.NOT_A_PUBLISHER, message, path))
    if errors:
        raise Refused(*errors)


def _check_schedule(publish_at: datetime | None, clock: Clock) -> None:
    if publish_at is not None and publish_at < clock.now() - LATE_SCHEDULE:
        message = "The time to publish at has passed."
        raise refuse(PublishErrorCode.PUBLISH_AT_INVALID, message, "input", "publishAt")


async def _source(
    viewer: Viewer, found: models.Production | None, upload_id: UUID | None
) -> models.Production:
    """The production to publish: the one that was found, or one that is made now."""
    if upload_id is not None:
        return await _default_production(viewer, upload_id)
    if found is None:
        message = "There is no such production of yours."
        raise refuse(PublishErrorCode.PRODUCTION_NOT_FOUND, message, "input", "productionId")
    return found


async def _default_production(viewer: Viewer, upload_id: UUID) -> models.Production:
    upload = (await hold_uploads(viewer, [upload_id])).get(upload_id)
    if upload is None:
        message = "There is no such upload."
        raise refuse(PublishErrorCode.UPLOAD_NOT_FOUND, message, "input", "uploadId")
    if upload.kind is not UploadKind.VIDEO:
        message = f"Only a video can be published; this upload is {upload.kind}."
        raise refuse(PublishErrorCode.UPLOAD_NOT_A_VIDEO, message, "input", "uploadId")
    if upload.status is not UploadStatus.READY:
        message = f"The upload is {upload.status}; publishing needs one that is READY."
        raise refuse(PublishErrorCode.UPLOAD_NOT_READY, message, "input", "uploadId")
    return await insert_production(upload, None, ProductionConfig())


def _status(
    production: models.Production, when_ready: bool, publish_at: datetime | None
) -> PublicationStatus:
    is_playable = production.playable_render_number is not None
    is_coming = production.status in (ProductionStatus.QUEUED, ProductionStatus.PROCESSING)
    if not is_playable and not (when_ready and is_coming):
        message = f"The production is {production.status}: it has no completed render to show."
        if is_coming:
            message += " Set whenReady to publish it once it is COMPLETED."
        raise refuse(PublishErrorCode.PRODUCTION_NOT_COMPLETED, message, "input", "productionId")
    if publish_at is not None:
        return PublicationStatus.SCHEDULED
    return PublicationStatus.LIVE if is_playable else PublicationStatus.WAITING


async def _put(
    production: models.Production,
    space_id: UUID,
    status: PublicationStatus,
    publish_at: datetime | None,
    clock: Clock,
) -> tuple[models.Publication, bool]:
    """The publication, and whether that was a transition of it."""
    found = await models.Publication.filter(production_id=production.id, space_id=space_id).first()
    if found and found.status is PublicationStatus.LIVE:
        return found, False
    publication = found or models.Publication(production_id=production.id, space_id=space_id)
    is_transition = await write_publication_status(
        publication,
        status,
        cause="publish",
        publish_at=publish_at if status is PublicationStatus.SCHEDULED else None,
        published_at=clock.now() if status is PublicationStatus.LIVE else None,
        withdrawn_at=None,
    )
    return publication, is_transition
