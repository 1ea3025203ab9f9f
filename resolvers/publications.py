from schema.context import Info
from schema.errors import user_errors
from schema.given import Given
from schema.node import row_id_of
from schema.productions import Production
from schema.publication_mutations import (
    PublishInput,
    PublishPayload,
    PublishUserError,
    UnpublishInput,
    UnpublishPayload,
    UnpublishUserError,
)
from schema.publications import Publication
from services.errors import Refused
from services.publish import publish as publish_service
from services.unpublish import unpublish as unpublish_service


async def publish(info: Info, input: Given[PublishInput]) -> PublishPayload:
    try:
        production, publications = await publish_service(
            viewer=info.context.viewer,
            bus=info.context.gateways.bus,
            clock=info.context.gateways.clock,
            space_ids=[row_id_of(space_id, "Space") for space_id in input.space_ids],
            production_id=row_id_of(input.production_id, "Production") if input.production_id else None,
            upload_id=row_id_of(input.upload_id, "Upload") if input.upload_id else None,
            when_ready=input.when_ready,
            publish_at=input.publish_at,
            idempotency_key=input.idempotency_key,
        )
    except Refused as refusal:
        return PublishPayload(user_errors=user_errors(refusal, PublishUserError))
    return PublishPayload(
        production=Production.from_row(production),
        publications=[Publication.from_row(publication) for publication in publications],
    )


async def unpublish(info: Info, input: Given[UnpublishInput]) -> UnpublishPayload:
    space_ids = input.space_ids
    try:
        production, publications = await unpublish_service(
            viewer=info.context.viewer,
            bus=info.context.gateways.bus,
            clock=info.context.gateways.clock,
            production_id=row_id_of(input.production_id, "Production"),
            space_ids=[row_id_of(s, "Space") for s in space_ids] if space_ids is not None else None,
        )
    except Refused as refusal:
        return UnpublishPayload(user_errors=user_errors(refusal, UnpublishUserError))
    return UnpublishPayload(
        production=Production.from_row(production),
        publications=[Publication.from_row(publication) for publication in publications],
    )
