from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

import models
from models.statuses import ProductionStatus, RenderPhase
from planner.declared import ToOne, backed_by, computed, to_many, to_one
from planner.row_objects import OfRow
from schema.connection import After, Connection, First
from schema.context import Context, Info
from schema.lists import lists_publications
from schema.node import Node, id_writer, row_id_of
from schema.orders import ListOrder
from schema.playback import Playback
from schema.production_config import ProductionConfig
from schema.production_history import ProductionHistoryEntry
from schema.production_playback import links_of, planned_link, planned_outputs, planned_playback
from schema.render_estimate import RenderEstimate
from schema.renders import Render, RenderOutput, outputs_of
from schema.uploads import Upload
from schema.users import User
from services.estimates.estimate_render import estimate_render
from services.list_publications import PublicationFilter, list_publications
from services.media.probed_media import ProbedMedia
from services.playback.production_playback import Playback as Links
from services.policy import own_productions, owns, visible_productions, visible_renders
from services.production_config import ProductionConfig as Config
from services.production_filter import EVERY_PRODUCTION, ProductionFilter
from services.production_history import production_renders
from services.rows.pages import Order, PageRequest

if TYPE_CHECKING:
    from schema.publications import PublicationConnection


# What plays now is another render than the current one while that is under way.
PLAYABLE = {
    "playable_render": ToOne(
        model=models.Render, on={"production_id": "id", "number": "playable_render_number"}
    )
}


@backed_by(
    models.Production,
    visible=visible_productions,
    usually=own_productions,
    identity=id_writer,
    joins=PLAYABLE,
)
@strawberry.type(description="One edit of an upload: a config and its render.")
class Production(Node, OfRow[models.Production]):
    row: strawberry.Private[models.Production]
    title: str = strawberry.field(description="What it is called.")
    status: ProductionStatus = strawberry.field(description="Where its current render stands.")
    progress_percent: int = strawberry.field(description="0 to 100; 100 only when COMPLETED.")
    phase: RenderPhase | None = strawberry.field(description="What the current render is doing.")
    created_at: datetime = strawberry.field(description="When it was made.")
    updated_at: datetime = strawberry.field(description="When it last changed.")

    @strawberry.field(description="Whose it is.")
    @to_one("owner", always=True)
    async def owner(self, info: Info) -> User:
        return User.from_row(await info.context.loaders.user.load(self.row.owner_id))

    @strawberry.field(description="What it is made of; null for all but the owner.")
    @to_one("upload")
    async def upload(self, info: Info) -> Upload | None:
        row = await info.context.loaders.upload.load(self.row.upload_id)
        return Upload.from_row(row) if row else None

    @strawberry.field(description="What the current render is made by; null for all but the owner.")
    @computed("owner_id", "config")
    def config(self, info: Info) -> ProductionConfig | None:
        if not owns(info.context.viewer, self.row):
            return None
        return ProductionConfig.from_config(Config.from_json(self.row.config))

    @strawberry.field(description="The current render; null for all but the owner.")
    @to_one(model=models.Render, on={"production_id": "id", "number": "current_render_number"})
    async def render(self, info: Info) -> Render | None:
        if not owns(info.context.viewer, self.row):
            return None
        row = await info.context.loaders.render.load((self.row.id, self.row.current_render_number))
        return Render.from_row(row) if row else None

    @strawberry.field(description="Every render, newest first; empty for all but the owner.")
    @to_many(models.Render, link="production_id", where=visible_renders, order=Order("number"))
    async def renders(self, info: Info) -> list[Render]:
        rows = await production_renders(viewer=info.context.viewer, production=self.row)
        return [Render.from_row(row) for row in rows]

    @strawberry.field(description="Every step, oldest first; empty for all but the owner.")
    @computed("id")
    async def history(self, info: Info) -> list[ProductionHistoryEntry]:
        rows = await info.context.loaders.history.load(self.row.id)
        return [ProductionHistoryEntry.from_row(row) for row in rows]

    @strawberry.field(description="What the render that plays now consists of; empty before the first.")
    @computed("playable_render.outputs", of=planned_outputs)
    async def outputs(self, info: Info) -> list[RenderOutput]:
        if self.row.playable_render_number is None:
            return []
        row = await info.context.loaders.render.load((self.row.id, self.row.playable_render_number))
        return outputs_of(row) if row else []

    @strawberry.field(description="A still picture of it, once a render completed.")
    @computed("id", "playable_render.outputs", of=planned_link("poster_url"))
    async def poster_url(self, info: Info) -> str | None:
        links = await _links(self.row, info.context)
        return links.poster_url if links else None

    @strawberry.field(description="A WebVTT file of small pictures for scrubbing, once a render completed.")
    @computed("id", "playable_render.outputs", of=planned_link("storyboard_url"))
    async def storyboard_url(self, info: Info) -> str | None:
        links = await _links(self.row, info.context)
        return links.storyboard_url if links else None

    @strawberry.field(description="Where it plays, once a render completed.")
    @computed("id", "playable_render.outputs", of=planned_playback)
    async def playback(self, info: Info) -> Playback | None:
        links = await _links(self.row, info.context)
        return Playback.from_links(links) if links else None

    @strawberry.field(
        description="What rendering its config is expected to cost and take; null for all but the owner."
    )
    @computed("owner_id", "upload_id", "config")
    async def estimate(self, info: Info) -> RenderEstimate | None:
        gateways, loaders = info.context.gateways, info.context.loaders
        if not owns(info.context.viewer, self.row):
            return None
        upload = await loaders.upload.load(self.row.upload_id)
        if upload is None or upload.media is None:
            return None
        media, config = ProbedMedia.from_json(upload.media), Config.from_json(self.row.config)
        pace = await loaders.pace.load(gateways.usual_pace)
        return RenderEstimate.from_estimate(estimate_render(config, media, gateways.prices, pace))

    @strawberry.field(description="Where it is published, newest first.")
    @lists_publications(link="production_id")
    async def publications(
        self, info: Info, first: First = None, after: After = None
    ) -> Annotated["PublicationConnection", strawberry.lazy("schema.publications")]:
        from schema.publications import Publication, PublicationConnection

        page = await list_publications(
            viewer=info.context.viewer,
            page=PageRequest(first, after),
            filter=PublicationFilter(production_id=self.row.id),
        )
        return PublicationConnection.of(page, Publication.from_row)


async def _links(row: models.Production, context: Context) -> Links | None:
    number = row.playable_render_number
    render = await context.loaders.render.load((row.id, number)) if number is not None else None
    return links_of(row, render, context)


@strawberry.type(description="A page of productions.")
class ProductionConnection(Connection[Production]):
    pass


@strawberry.input(name="ProductionFilter", description="Which productions; all conditions hold.")
class ProductionFilterInput:
    statuses: list[ProductionStatus] | None = strawberry.field(
        default=None, description="Only in these statuses."
    )
    upload_id: strawberry.ID | None = strawberry.field(default=None, description="Only of this upload.")
    space_id: strawberry.ID | None = strawberry.field(
        default=None, description="Only those published in this space."
    )
    owner_id: strawberry.ID | None = strawberry.field(default=None, description="Only of this user.")
    title_contains: str | None = strawberry.field(
        default=None, description="Only those whose title contains this, in any case."
    )

    def to_filter(self) -> ProductionFilter:
        return ProductionFilter(
            statuses=tuple(self.statuses or ()),
            upload_id=_row_id(self.upload_id, "Upload"),
            space_id=_row_id(self.space_id, "Space"),
            owner_id=_row_id(self.owner_id, "User"),
            title_contains=self.title_contains,
        )


def _row_id(value: strawberry.ID | None, type_name: str) -> UUID | None:
    return row_id_of(value, type_name) if value is not None else None


def chosen_productions(
    filter: ProductionFilterInput | None = None, order_by: ListOrder = ListOrder.CREATED_AT_DESC
) -> tuple[ProductionFilter, Order]:
    """What the arguments of a list of productions choose."""
    return filter.to_filter() if filter else EVERY_PRODUCTION, order_by.value
