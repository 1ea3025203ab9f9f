from collections.abc import AsyncIterable
from typing import Annotated

import strawberry

from schema.context import Info
from schema.following import Following
from schema.node import row_id_of
from schema.production_status_event import ProductionStatusEvent
from schema.productions import ProductionFilterInput
from schema.publication_event import PublicationEvent
from schema.upload_status_event import UploadStatusEvent
from services.follow_production_status import follow_production_status
from services.follow_productions_status import follow_productions_status
from services.follow_publications import follow_publications
from services.follow_upload_status import follow_upload_status

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
) -> AsyncIterable[ProductionStatusEvent]:
    follow = follow_production_status(
        viewer=info.context.viewer, production_id=row_id_of(id, "Production"), after=after
    )
    return Following(info.context.gateways.hub, follow, ProductionStatusEvent.from_change)


async def productions_status_changed(
    info: Info,
    filter: Annotated[
        ProductionFilterInput | None, strawberry.argument(description="Which productions to follow.")
    ] = None,
    after: AfterEvent = None,
) -> AsyncIterable[ProductionStatusEvent]:
    follow = follow_productions_status(
        viewer=info.context.viewer, filter=(filter or ProductionFilterInput()).to_filter(), after=after
    )
    return Following(info.context.gateways.hub, follow, ProductionStatusEvent.from_change)


async def upload_status_changed(
    info: Info,
    id: Annotated[strawberry.ID, strawberry.argument(description="The upload to follow.")],
    after: AfterEvent = None,
) -> AsyncIterable[UploadStatusEvent]:
    follow = follow_upload_status(viewer=info.context.viewer, upload_id=row_id_of(id, "Upload"), after=after)
    return Following(info.context.gateways.hub, follow, UploadStatusEvent.from_change)


async def publications_changed(
    info: Info,
    space_id: Annotated[strawberry.ID, strawberry.argument(description="The space to follow.")],
    after: AfterEvent = None,
) -> AsyncIterable[PublicationEvent]:
    follow = follow_publications(
        viewer=info.context.viewer, space_id=row_id_of(space_id, "Space"), after=after
    )
    return Following(info.context.gateways.hub, follow, PublicationEvent.from_change)
