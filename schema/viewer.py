from typing import Annotated

import strawberry

import models
from models.statuses import SpaceRole
from schema.connection import After, First
from schema.context import Info
from schema.node import global_id
from schema.orders import ListOrder
from schema.productions import Production, ProductionConnection
from schema.spaces import Space, SpaceConnection
from schema.uploads import Upload, UploadConnection, UploadFilterInput
from services.list_productions import list_productions
from services.list_spaces import SpaceFilter, list_spaces
from services.list_uploads import list_uploads
from services.production_filter import ProductionFilter
from services.rows.pages import PageRequest


@strawberry.type(description="Who is asking.")
class Viewer:
    row: strawberry.Private[models.User]
    id: strawberry.ID = strawberry.field(description="The user's id.")
    name: str = strawberry.field(description="The name shown to others.")
    email: str = strawberry.field(description="The address used to be added to spaces.")

    @strawberry.field(description="The viewer's uploads.")
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
        page = await list_uploads(
            viewer=info.context.viewer,
            page=PageRequest(first, after),
            filter=filter.to_filter() if filter else None,
            order=order_by.value,
        )
        return UploadConnection.of(page, Upload.from_row)

    @strawberry.field(description="The viewer's own productions, newest first.")
    async def productions(self, info: Info, first: First = None, after: After = None) -> ProductionConnection:
        page = await list_productions(
            viewer=info.context.viewer,
            page=PageRequest(first, after),
            filter=ProductionFilter(owner_id=self.row.id),
        )
        return ProductionConnection.of(page, Production.from_row)

    @strawberry.field(description="The spaces the viewer is a member of, newest first.")
    async def spaces(self, info: Info, first: First = None, after: After = None) -> SpaceConnection:
        page = await list_spaces(
            viewer=info.context.viewer,
            page=PageRequest(first, after),
            filter=SpaceFilter(roles=tuple(SpaceRole)),
        )
        return SpaceConnection.of(page, Space.from_row)

    @classmethod
    def from_row(cls, row: models.User) -> "Viewer":
        return cls(id=global_id("User", row.id), row=row, name=row.name, email=row.email)
