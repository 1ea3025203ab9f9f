from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from tortoise.transactions import in_transaction

import models
from models.statuses import PublicationStatus, SpaceRole
from services.errors import Unauthenticated, refuse
from services.gateways.clock import Clock
from services.gateways.event_bus import EventBus
from services.policy import visible_productions
from services.publication_status import write_publication_status
from services.rows.lock_production import lock_production
from services.viewer import Viewer


class UnpublishErrorCode(StrEnum):
    PRODUCTION_NOT_FOUND = "PRODUCTION_NOT_FOUND"
    NOT_PUBLISHED = "NOT_PUBLISHED"
    PERMISSION_DENIED = "PERMISSION_DENIED"


async def unpublish(
    *,
    viewer: Viewer,
    bus: EventBus,
    clock: Clock,
    production_id: UUID,
    space_ids: Sequence[UUID] | None = None,
) -> tuple[models.Production, list[models.Publication]]:
    """Withdraw a production from the named spaces, or from all. All or none.

    The production's owner may withdraw it anywhere, a space's OWNER anything from that space. New playlists
    are refused from this moment on; a player that holds one may go on for the time playback documents.
    """
    if viewer.user_id is None:
        raise Unauthenticated
    codes = UnpublishErrorCode
    async with in_transaction():
        visible = models.Production.filter(visible_productions(viewer))
        production = await lock_production(visible, production_id)
        if production is None:
            message = "There is no such production."
            raise refuse(codes.PRODUCTION_NOT_FOUND, message, "input", "productionId")
        publications = await _publications(production, space_ids)
        allowed = await _spaces_to_withdraw_from(viewer, production, publications)
        for publication in publications:
            if publication.space_id not in allowed:
                message = "Only the production's owner or the space's OWNER withdraws it."
                raise refuse(codes.PERMISSION_DENIED, message, "input", "spaceIds")
            await write_publication_status(
                publication, PublicationStatus.WITHDRAWN, cause="unpublish", withdrawn_at=clock.now()
            )
    await bus.announce_transition()
    return production, publications


async def _publications(
    production: models.Production, space_ids: Sequence[UUID] | None
) -> list[models.Publication]:
    shown = models.Publication.filter(production_id=production.id).exclude(status=PublicationStatus.WITHDRAWN)
    if space_ids is not None:
        shown = shown.filter(space_id__in=space_ids)
    publications = await shown
    if not publications or (space_ids is not None and len(publications) != len(set(space_ids))):
        message = "The production is not published there."
        raise refuse(UnpublishErrorCode.NOT_PUBLISHED, message, "input", "spaceIds")
    return publications


async def _spaces_to_withdraw_from(
    viewer: Viewer, production: models.Production, publications: Sequence[models.Publication]
) -> set[UUID]:
    named = {publication.space_id for publication in publications}
    if production.owner_id == viewer.user_id:
        return named
    owned = await models.SpaceMember.filter(user_id=viewer.user_id, space_id__in=named, role=SpaceRole.OWNER)
    return {member.space_id for member in owned}
