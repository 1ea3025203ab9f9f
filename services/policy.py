"""Who may see and do what, in one place.

Each `visible_*` is a predicate over rows, so the same rule filters a list, a relation and a single look-up:
what it leaves out does not exist for the viewer.
"""

from typing import Any
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import ValuesQuery

import models
from models.statuses import PublicationStatus, SpaceRole, SpaceVisibility
from services.viewer import Viewer

PUBLISHING_ROLES = (SpaceRole.PUBLISHER, SpaceRole.OWNER)
NOBODY = Q(id__isnull=True)


def visible_uploads(viewer: Viewer) -> Q:
    """An upload is its owner's alone."""
    return Q(owner_id=viewer.user_id) if viewer.user_id else NOBODY


def visible_spaces(viewer: Viewer) -> Q:
    """A PUBLIC space is everybody's; a MEMBERS space is its members'."""
    if viewer.user_id is None:
        return Q(visibility=SpaceVisibility.PUBLIC)
    return Q(visibility=SpaceVisibility.PUBLIC) | Q(id__in=Subquery(_spaces_of(viewer.user_id)))


def visible_publications(viewer: Viewer) -> Q:
    """LIVE ones of a visible space; the others only for the production's owner and the space's publishers."""
    live = Q(status=PublicationStatus.LIVE) & Q(
        space_id__in=Subquery(models.Space.filter(visible_spaces(viewer)).values("id"))
    )
    if viewer.user_id is None:
        return live
    own = Q(production_id__in=Subquery(models.Production.filter(owner_id=viewer.user_id).values("id")))
    return live | own | Q(space_id__in=Subquery(_spaces_of(viewer.user_id, PUBLISHING_ROLES)))


def visible_productions(viewer: Viewer) -> Q:
    """One's own, and every one with a visible publication that has not been withdrawn."""
    shown = Q(
        id__in=Subquery(
            models.Publication.filter(
                visible_publications(viewer), status__not=PublicationStatus.WITHDRAWN
            ).values("production_id")
        )
    )
    return shown if viewer.user_id is None else Q(owner_id=viewer.user_id) | shown


def owns(viewer: Viewer, row: models.Upload | models.Production) -> bool:
    """Config, renders, history and source belong to the owner; others see the finished thing."""
    return viewer.user_id is not None and row.owner_id == viewer.user_id


async def role_in(viewer: Viewer, space_id: UUID) -> SpaceRole | None:
    """The viewer's role in a space, None for a stranger to it."""
    if viewer.user_id is None:
        return None
    member = await models.SpaceMember.filter(space_id=space_id, user_id=viewer.user_id).first()
    return member.role if member else None


def _spaces_of(user_id: UUID, roles: tuple[SpaceRole, ...] = ()) -> ValuesQuery[Any]:
    memberships = models.SpaceMember.filter(user_id=user_id)
    if roles:
        memberships = memberships.filter(role__in=roles)
    return memberships.values("space_id")
