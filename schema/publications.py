from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import models
from models.statuses import PublicationStatus
from planner.declared import backed_by, to_one
from planner.row_objects import OfRow
from schema.connection import Connection
from schema.context import Info
from schema.node import Node, id_writer
from schema.spaces import Space
from services.policy import visible_publications

if TYPE_CHECKING:
    from schema.productions import Production


@backed_by(models.Publication, visible=visible_publications, identity=id_writer)
@strawberry.type(description="A production in a space.")
class Publication(Node, OfRow[models.Publication]):
    row: strawberry.Private[models.Publication]
    status: PublicationStatus = strawberry.field(description="Where it stands.")
    publish_at: datetime | None = strawberry.field(description="When it goes LIVE, while SCHEDULED.")
    published_at: datetime | None = strawberry.field(description="When it went LIVE.")
    withdrawn_at: datetime | None = strawberry.field(description="When it was withdrawn.")
    created_at: datetime = strawberry.field(description="When it was made.")
    updated_at: datetime = strawberry.field(description="When it last changed.")

    @strawberry.field(description="Where it is shown; null for a space the viewer may not see.")
    @to_one("space")
    async def space(self, info: Info) -> Space | None:
        row = await info.context.loaders.space.load(self.row.space_id)
        return Space.from_row(row) if row else None

    @strawberry.field(description="What is shown; null for a production the viewer may not see.")
    @to_one("production")
    async def production(
        self, info: Info
    ) -> Annotated["Production", strawberry.lazy("schema.productions")] | None:
        from schema.productions import Production

        row = await info.context.loaders.production.load(self.row.production_id)
        return Production.from_row(row) if row else None


@strawberry.type(description="A page of publications.")
class PublicationConnection(Connection[Publication]):
    pass
