"""Who may see and do what, in one place.

Each `visible_*` is a predicate over rows, so the same rule filters a list, a relation and a single look-up:
what it leaves out does not exist for the viewer. Where many viewers ask about one thing, the same rules are
methods of a value, read from the tables once for them all (`services/live/audiences.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from tortoise.expressions import Q

import models
from models.statuses import PublicationStatus, SpaceRole, SpaceVisibility
from services.rows.conditions import Among, Exists, Source
from services.viewer import Viewer

PUBLISHING_ROLES = (SpaceRole.PUBLISHER, SpaceRole.OWNER)
NOBODY = Q(id__isnull=True)
NOT_WITHDRAWN = Q(status__not=PublicationStatus.WITHDRAWN)


def visible_uploads(viewer: Viewer) -> Q:
    """An upload is its owner's alone."""
    return Q(owner_id=viewer.user_id) if viewer.user_id else NOBODY


def visible_spaces(viewer: Viewer) -> Q:
    """A PUBLIC space is everybody's; a MEMBERS space is its members'."""
    public = Q(visibility=SpaceVisibility.PUBLIC)
    return public if viewer.user_id is None else public | _member_of("id", viewer.user_id)


def visible_space_members(viewer: Viewer) -> Q:
    """Members see each other."""
    return NOBODY if viewer.user_id is None else _member_of("space_id", viewer.user_id)


def visible_publications(viewer: Viewer) -> Q:
    """LIVE ones of a visible space; the others only for the production's owner and the space's publishers."""
    return _shown_to(viewer) if viewer.user_id is None else of_own_production(viewer) | _shown_to(viewer)


def own_productions(viewer: Viewer) -> Q:
    return NOBODY if viewer.user_id is None else Q(owner_id=viewer.user_id)


def visible_productions(viewer: Viewer) -> Q:
    """One's own, and every one with a visible publication that has not been withdrawn."""
    shown = Exists(models.Publication, {"production_id": "id"}, NOT_WITHDRAWN & _shown_to(viewer))
    return shown if viewer.user_id is None else own_productions(viewer) | shown


def visible_productions_gathered(viewer: Viewer) -> Q:
    """`visible_productions`, from the viewer's spaces on: for one who sees few of very many."""
    live, public = Q(status=PublicationStatus.LIVE), Q(visibility=SpaceVisibility.PUBLIC)
    spaces = [Source(models.Space, "id", public)]
    if viewer.user_id is None:
        return Among("id", _shown_in(live, spaces))
    mine = Q(user_id=viewer.user_id)
    spaces.append(Source(models.SpaceMember, "space_id", mine))
    publishing = Source(models.SpaceMember, "space_id", mine & Q(role__in=PUBLISHING_ROLES))
    return Among(
        "id",
        Source(models.Production, "id", Q(owner_id=viewer.user_id)),
        _shown_in(live, spaces),
        _shown_in(NOT_WITHDRAWN, [publishing]),
    )


def _shown_in(status: Q, spaces: list[Source]) -> Source:
    return Source(models.Publication, "production_id", status & Among("space_id", *spaces))


def visible_users(viewer: Viewer) -> Q:
    """Oneself, whoever shares a space, and the owners of what one may see; the rest do not exist."""
    owners = Exists(models.Production, {"owner_id": "id"}, visible_productions(viewer))
    if viewer.user_id is None:
        return owners
    shares = Exists(models.SpaceMember, {"user_id": "id"}, visible_space_members(viewer))
    return oneself(viewer) | shares | owners


def oneself(viewer: Viewer) -> Q:
    """Of users: the viewer."""
    return NOBODY if viewer.user_id is None else Q(id=viewer.user_id)


def own_membership(viewer: Viewer) -> Q:
    """Of the members of spaces: the viewer."""
    return NOBODY if viewer.user_id is None else Q(user_id=viewer.user_id)


def of_own_production(viewer: Viewer, production: str = "production_id") -> Q:
    """Of rows with a production's id in the field `production`: those of the viewer's own productions."""
    if viewer.user_id is None:
        return NOBODY
    return Exists(models.Production, {"id": production}, Q(owner_id=viewer.user_id))


def visible_renders(viewer: Viewer) -> Q:
    """How a production came about is its owner's business."""
    return of_own_production(viewer)


def _shown_to(viewer: Viewer) -> Q:
    """The publications that one sees without owning the production."""
    live = Q(status=PublicationStatus.LIVE) & Exists(models.Space, {"id": "space_id"}, visible_spaces(viewer))
    if viewer.user_id is None:
        return live
    return live | _member_of("space_id", viewer.user_id, Q(role__in=PUBLISHING_ROLES))


def _member_of(space: str, user_id: UUID, role: Q | None = None) -> Q:
    """Of rows with a space's id in the field `space`: those where the user is a member, in such a role."""
    return Exists(models.SpaceMember, {"space_id": space}, Q(user_id=user_id) & (role or Q()))


@dataclass(frozen=True, slots=True)
class UploadAudience:
    """Who may see an upload."""

    owner_id: UUID

    def includes(self, viewer: Viewer) -> bool:
        """`visible_uploads`, for this one."""
        return viewer.user_id == self.owner_id


@dataclass(frozen=True, slots=True)
class SpaceAudience:
    """Who may see a space. `roles` are those, in it, of the users asked about; others pass for strangers."""

    visibility: SpaceVisibility
    roles: Mapping[UUID, SpaceRole]

    def includes(self, viewer: Viewer) -> bool:
        """`visible_spaces`, for this space."""
        return self.visibility is SpaceVisibility.PUBLIC or viewer.user_id in self.roles


@dataclass(frozen=True, slots=True)
class Showing:
    """A publication, as far as who may see it depends on it. `roles` are those, in its space, of the users
    asked about; they may be left out where everybody may see it."""

    space_id: UUID
    status: PublicationStatus
    visibility: SpaceVisibility
    roles: Mapping[UUID, SpaceRole]

    def is_visible_to(self, viewer: Viewer, owner_id: UUID) -> bool:
        """`visible_publications`, for this one of a production of `owner_id`'s."""
        if self.is_everybodys:
            return True
        role = self.roles.get(viewer.user_id) if viewer.user_id else None
        if self.status is PublicationStatus.LIVE and role is not None:
            return True
        return role in PUBLISHING_ROLES or viewer.user_id == owner_id

    @property
    def is_everybodys(self) -> bool:
        """Whether no role is needed to see it."""
        return self.status is PublicationStatus.LIVE and self.visibility is SpaceVisibility.PUBLIC


@dataclass(frozen=True, slots=True)
class Audience:
    """Who may see a production (and where), asked once for every watcher of it."""

    owner_id: UUID
    showings: tuple[Showing, ...] = ()

    def includes(self, viewer: Viewer) -> bool:
        """`visible_productions`, for this one."""
        return viewer.user_id == self.owner_id or any(
            showing.status is not PublicationStatus.WITHDRAWN and showing.is_visible_to(viewer, self.owner_id)
            for showing in self.showings
        )

    def includes_in(self, viewer: Viewer, space_id: UUID) -> bool:
        """Whether the viewer sees it in that space: a visible publication there, not a withdrawn one."""
        return any(
            showing.space_id == space_id
            and showing.status is not PublicationStatus.WITHDRAWN
            and showing.is_visible_to(viewer, self.owner_id)
            for showing in self.showings
        )


def owns(viewer: Viewer, row: models.Upload | models.Production) -> bool:
    """Config, renders, history and source belong to the owner; others see the finished thing."""
    return viewer.user_id is not None and row.owner_id == viewer.user_id


async def role_in(viewer: Viewer, space_id: UUID) -> SpaceRole | None:
    """The viewer's role in a space, None for a stranger to it."""
    if viewer.user_id is None:
        return None
    member = await models.SpaceMember.filter(space_id=space_id, user_id=viewer.user_id).first()
    return member.role if member else None
