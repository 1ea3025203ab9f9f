from typing import Annotated

import strawberry
from tortoise.expressions import Q

import models
import services.viewer
from models.statuses import SpaceRole
from planner.declared import Computed, backed_by
from planner.row_objects import OfRow
from schema.connection import After, First
from schema.context import Info
from schema.lists import lists_productions, lists_spaces, lists_uploads
from schema.node import global_id
from schema.orders import ListOrder
from schema.productions import Production, ProductionConnection
from schema.spaces import Space, SpaceConnection
from schema.uploads import Upload, UploadConnection, UploadFilterInput, chosen_uploads
from services.list_productions import list_productions
from services.list_spaces import SpaceFilter, list_spaces, spaces_where
from services.list_uploads import list_uploads
from services.policy import oneself
from services.production_filter import ProductionFilter
from services.rows.pages import PageRequest

OWN_SPACES = SpaceFilter(roles=tuple(SpaceRole))


def id_of(row: models.User) -> strawberry.ID:
    return global_id("User", row.id)


def own_spaces_where(viewer: services.viewer.Viewer) -> Q:
    return spaces_where(viewer, OWN_SPACES)


@backed_by(models.User, visible=oneself, computed={"id": Computed(("id",), id_of)})
@strawberry.type(description="Who is asking.")
class Viewer(OfRow[models.User]):
    row: strawberry.Private[models.User]
    id: strawberry.ID = strawberry.field(description="The user's id.")
    name: str = strawberry.field(description="The name shown to others.")
    email: str = strawberry.field(description="The address used to be added to spaces.")

    @strawberry.field(description="The viewer's uploads.")
    @lists_uploads(link="owner_id", chosen=chosen_uploads)
    async def uploads(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        filter: Annotated[UploadFilterInput | None, strawberry.argument(description="Which ones.")] = None,
        order_by: Annotated[
            ListOrder, strawberry.argument(description="How to sort them.")
        ] = ListOrder.CREATED_AT_DESC,
    ) -> UploadConnection:
        wanted, order = chosen_uploads(filter, order_by)
        page = await list_uploads(
            viewer=info.context.viewer,
            page=PageRequest(first, after),
            filter=wanted,
            order=order,
        )
        return UploadConnection.of(page, Upload.from_row)

    @strawberry.field(description="The viewer's own productions, newest first.")
    @lists_productions(link="owner_id")
    async def productions(self, info: Info, first: First = None, after: After = None) -> ProductionConnection:
        page = await list_productions(
            viewer=info.context.viewer,
            page=PageRequest(first, after),
            filter=ProductionFilter(owner_id=self.row.id),
        )
        return ProductionConnection.of(page, Production.from_row)

    @strawberry.field(description="The spaces the viewer is a member of, newest first.")
    @lists_spaces(where=own_spaces_where)
    async def spaces(self, info: Info, first: First = None, after: After = None) -> SpaceConnection:
        page = await list_spaces(
            viewer=info.context.viewer,
            page=PageRequest(first, after),
            filter=OWN_SPACES,
        )
        return SpaceConnection.of(page, Space.from_row)
