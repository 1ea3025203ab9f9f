from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import models
from models.statuses import PublicationStatus, SpaceRole, SpaceVisibility
from planner.declared import Computed, backed_by, to_many, to_one
from planner.row_objects import OfRow
from schema.connection import After, Connection, First
from schema.context import Info
from schema.lists import lists_publications
from schema.node import Node, id_writer
from schema.users import User
from services.list_publications import PublicationFilter, list_publications
from services.list_space_members import list_space_members
from services.list_spaces import EVERY_SPACE, SpaceFilter
from services.policy import own_membership, visible_space_members, visible_spaces
from services.rows import pages
from services.rows.pages import NEWEST_FIRST, OLDEST_FIRST, Order, PageRequest

if TYPE_CHECKING:
    from schema.publications import PublicationConnection


def joined_at_of(row: models.SpaceMember) -> datetime:
    return row.created_at


@backed_by(models.SpaceMember, computed={"joined_at": Computed(("created_at",), joined_at_of)})
@strawberry.type(description="A user's membership of a space.")
class SpaceMember(OfRow[models.SpaceMember]):
    role: SpaceRole = strawberry.field(description="What the member may do.")
    joined_at: datetime = strawberry.field(description="Since when.")
    row: strawberry.Private[models.SpaceMember]

    @strawberry.field(description="Who the member is.")
    @to_one("user", always=True)
    async def user(self, info: Info) -> User:
        return User.from_row(await info.context.loaders.user.load(self.row.user_id))


@strawberry.type(description="A page of a space's members.")
class SpaceMemberConnection(Connection[SpaceMember]):
    pass


def chosen_publications(
    statuses: list[PublicationStatus] | None = None,
) -> tuple[PublicationFilter, Order]:
    """What the arguments of a space's list of publications choose."""
    return PublicationFilter(statuses=tuple(statuses or ())), NEWEST_FIRST


@backed_by(models.Space, visible=visible_spaces, identity=id_writer)
@strawberry.type(description="Where productions are shown.")
class Space(Node, OfRow[models.Space]):
    row: strawberry.Private[models.Space]
    slug: str = strawberry.field(description="The space's name in links; unique, never changed.")
    name: str = strawberry.field(description="What the space is called.")
    description: str = strawberry.field(description="What the space is for.")
    visibility: SpaceVisibility = strawberry.field(description="Who may see it.")
    created_at: datetime = strawberry.field(description="When it was made.")
    updated_at: datetime = strawberry.field(description="When it was last changed.")

    @strawberry.field(description="The viewer's role here; null for one who is not a member.")
    @to_one(model=models.SpaceMember, on={"space_id": "id"}, where=own_membership, column="role")
    async def viewer_role(self, info: Info) -> SpaceRole | None:
        member = await info.context.loaders.role.load(self.row.id)
        return member.role if member else None

    @strawberry.field(description="Its members, oldest first; empty for one who is not a member.")
    @to_many(
        models.SpaceMember, link="space_id", where=visible_space_members, order=OLDEST_FIRST, pages=pages
    )
    async def members(self, info: Info, first: First = None, after: After = None) -> SpaceMemberConnection:
        page = await list_space_members(
            viewer=info.context.viewer, space_id=self.row.id, page=PageRequest(first, after)
        )
        return SpaceMemberConnection.of(page, SpaceMember.from_row)

    @strawberry.field(description="What is published here, newest first.")
    @lists_publications(link="space_id", chosen=chosen_publications)
    async def publications(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        statuses: Annotated[
            list[PublicationStatus] | None,
            strawberry.argument(description="Only these; all but WITHDRAWN where not given."),
        ] = None,
    ) -> Annotated["PublicationConnection", strawberry.lazy("schema.publications")]:
        from schema.publications import Publication, PublicationConnection

        page = await list_publications(
            viewer=info.context.viewer,
            page=PageRequest(first, after),
            filter=replace(chosen_publications(statuses)[0], space_id=self.row.id),
        )
        return PublicationConnection.of(page, Publication.from_row)


@strawberry.type(description="A page of spaces.")
class SpaceConnection(Connection[Space]):
    pass


@strawberry.input(name="SpaceFilter", description="Which spaces to list; all conditions hold.")
class SpaceFilterInput:
    visibility: SpaceVisibility | None = strawberry.field(
        default=None, description="Only PUBLIC or only MEMBERS ones."
    )
    roles: list[SpaceRole] | None = strawberry.field(
        default=None, description="Only those where the viewer has one of these roles."
    )
    name_contains: str | None = strawberry.field(
        default=None, description="Only those whose name contains this, in any case."
    )

    def to_filter(self) -> SpaceFilter:
        return SpaceFilter(self.visibility, tuple(self.roles or ()), self.name_contains)


def chosen_spaces(filter: SpaceFilterInput | None = None) -> tuple[SpaceFilter, Order]:
    """What the arguments of a list of spaces choose."""
    return filter.to_filter() if filter else EVERY_SPACE, NEWEST_FIRST
