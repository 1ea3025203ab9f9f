from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry

from schema.context import Info
from schema.node import row_id_of
from schema.productions import ProductionFilterInput
from schema.subscriptions import ProductionStatusEvent
from services.follow_production_status import (
    ProductionStatusFilter,
    follow_production_status,
    follow_productions_status,
)

AfterEvent = Annotated[
    str | None,
    strawberry.argument(
        description="The last event's cursor: all transitions since are sent instead of the present state."
    ),
]


async def production_status_changed(
    info: Info,
    id: Annotated[strawberry.ID, strawberry.argument(description="The production to follow.")],
    after: AfterEvent = None,
) -> AsyncGenerator[ProductionStatusEvent, None]:
    changes = follow_production_status(
        viewer=info.context.viewer,
        hub=info.context.gateways.hub,
        production_id=row_id_of(id, "Production"),
        after=after,
    )
    async with aclosing(changes):
        async for change in changes:
            yield ProductionStatusEvent.from_change(change)


async def productions_status_changed(
    info: Info,
    filter: Annotated[
        ProductionFilterInput | None, strawberry.argument(description="Which productions to follow.")
    ] = None,
    after: AfterEvent = None,
) -> AsyncGenerator[ProductionStatusEvent, None]:
    wanted = (filter or ProductionFilterInput()).to_filter()
    changes = follow_productions_status(
        viewer=info.context.viewer,
        hub=info.context.gateways.hub,
        filter=ProductionStatusFilter(
            space_id=wanted.space_id,
            upload_id=wanted.upload_id,
            owner_id=wanted.owner_id,
            statuses=wanted.statuses,
        ),
        after=after,
    )
    async with aclosing(changes):
        async for change in changes:
            yield ProductionStatusEvent.from_change(change)
