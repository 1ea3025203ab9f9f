from typing import Annotated
from uuid import UUID

import strawberry

import models
from planner.declared import one
from schema import production_mutations as words
from schema.connection import After, First
from schema.context import Info
from schema.errors import user_errors
from schema.given import Given
from schema.lists import lists_productions
from schema.node import global_id, row_id_of
from schema.orders import ListOrder
from schema.production_config_input import ProductionConfigInput
from schema.productions import Production, ProductionConnection, ProductionFilterInput, chosen_productions
from services.cancel_production import cancel_production as cancel_production_service
from services.create_production import create_production as create_production_service
from services.delete_production import delete_production as delete_production_service
from services.errors import Refused
from services.list_productions import list_productions
from services.restore_render import restore_render as restore_render_service
from services.retry_production import retry_production as retry_production_service
from services.rows.pages import PageRequest
from services.rows.visible_rows import visible_rows
from services.update_production import update_production as update_production_service

ProductionId = Annotated[strawberry.ID, strawberry.argument(description="The production's id.")]


def named_production(id: str) -> dict[str, UUID]:
    """The field that names a production, with its value. Raises BadInput."""
    return {"id": row_id_of(id, "Production")}


@one(named_production)
async def production(info: Info, id: ProductionId) -> Production | None:
    row = await visible_rows(info.context.viewer, models.Production).filter(**named_production(id)).first()
    return Production.from_row(row) if row else None


@lists_productions(chosen=chosen_productions)
async def productions(
    info: Info,
    first: First = None,
    after: After = None,
    filter: Annotated[ProductionFilterInput | None, strawberry.argument(description="Which ones.")] = None,
    order_by: Annotated[
        ListOrder, strawberry.argument(description="How to sort them.")
    ] = ListOrder.CREATED_AT_DESC,
) -> ProductionConnection:
    wanted, order = chosen_productions(filter, order_by)
    page = await list_productions(
        viewer=info.context.viewer,
        page=PageRequest(first, after),
        filter=wanted,
        order=order,
    )
    return ProductionConnection.of(page, Production.from_row)


async def create_production(
    info: Info, input: Given[words.CreateProductionInput]
) -> words.CreateProductionPayload:
    try:
        row = await create_production_service(
            viewer=info.context.viewer,
            bus=info.context.gateways.bus,
            upload_id=row_id_of(input.upload_id, "Upload"),
            title=input.title,
            config=(input.config or ProductionConfigInput()).to_config(),
            idempotency_key=input.idempotency_key,
        )
    except Refused as refusal:
        return words.CreateProductionPayload(
            user_errors=user_errors(refusal, words.CreateProductionUserError)
        )
    return words.CreateProductionPayload(production=Production.from_row(row))


async def update_production(
    info: Info, input: Given[words.UpdateProductionInput]
) -> words.UpdateProductionPayload:
    try:
        row = await update_production_service(
            viewer=info.context.viewer,
            bus=info.context.gateways.bus,
            clock=info.context.gateways.clock,
            production_id=row_id_of(input.production_id, "Production"),
            title=input.title,
            config=input.config.to_config() if input.config else None,
        )
    except Refused as refusal:
        return words.UpdateProductionPayload(
            user_errors=user_errors(refusal, words.UpdateProductionUserError)
        )
    return words.UpdateProductionPayload(production=Production.from_row(row))


async def cancel_production(
    info: Info, input: Given[words.CancelProductionInput]
) -> words.CancelProductionPayload:
    try:
        row = await cancel_production_service(
            viewer=info.context.viewer,
            bus=info.context.gateways.bus,
            clock=info.context.gateways.clock,
            production_id=row_id_of(input.production_id, "Production"),
        )
    except Refused as refusal:
        return words.CancelProductionPayload(
            user_errors=user_errors(refusal, words.CancelProductionUserError)
        )
    return words.CancelProductionPayload(production=Production.from_row(row))


async def retry_production(
    info: Info, input: Given[words.RetryProductionInput]
) -> words.RetryProductionPayload:
    try:
        row = await retry_production_service(
            viewer=info.context.viewer,
            bus=info.context.gateways.bus,
            production_id=row_id_of(input.production_id, "Production"),
        )
    except Refused as refusal:
        return words.RetryProductionPayload(user_errors=user_errors(refusal, words.RetryProductionUserError))
    return words.RetryProductionPayload(production=Production.from_row(row))


async def restore_render(info: Info, input: Given[words.RestoreRenderInput]) -> words.RestoreRenderPayload:
    try:
        row = await restore_render_service(
            viewer=info.context.viewer,
            bus=info.context.gateways.bus,
            clock=info.context.gateways.clock,
            production_id=row_id_of(input.production_id, "Production"),
            number=input.number,
        )
    except Refused as refusal:
        return words.RestoreRenderPayload(user_errors=user_errors(refusal, words.RestoreRenderUserError))
    return words.RestoreRenderPayload(production=Production.from_row(row))


async def delete_production(
    info: Info, input: Given[words.DeleteProductionInput]
) -> words.DeleteProductionPayload:
    try:
        deleted = await delete_production_service(
            viewer=info.context.viewer,
            bus=info.context.gateways.bus,
            production_id=row_id_of(input.production_id, "Production"),
        )
    except Refused as refusal:
        return words.DeleteProductionPayload(
            user_errors=user_errors(refusal, words.DeleteProductionUserError)
        )
    return words.DeleteProductionPayload(deleted_production_id=global_id("Production", deleted))
