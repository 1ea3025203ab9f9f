from typing import Annotated
from uuid import UUID

import strawberry

import models
from planner.declared import one
from planner.needed import needed_columns
from schema import upload_mutations as words
from schema.connection import After, First
from schema.context import Info
from schema.errors import user_errors
from schema.given import Given
from schema.lists import lists_uploads
from schema.node import global_id, row_id_of
from schema.orders import ListOrder
from schema.uploads import Upload, UploadConnection, UploadFilterInput, chosen_uploads
from services.cancel_upload import cancel_upload as cancel_upload_service
from services.complete_upload import complete_upload as complete_upload_service
from services.create_upload import create_upload as create_upload_service
from services.delete_upload import delete_upload as delete_upload_service
from services.errors import Refused
from services.list_uploads import list_uploads
from services.rows.pages import PageRequest
from services.rows.visible_rows import visible_rows
from services.update_upload import update_upload as update_upload_service

UploadId = Annotated[strawberry.ID, strawberry.argument(description="The upload's id.")]


def named_upload(id: str) -> dict[str, UUID]:
    """The field that names an upload, with its value. Raises BadInput."""
    return {"id": row_id_of(id, "Upload")}


@one(named_upload)
async def upload(info: Info, id: UploadId) -> Upload | None:
    row = await visible_rows(info.context.viewer, models.Upload).filter(**named_upload(id)).first()
    return Upload.from_row(row) if row else None


@lists_uploads(chosen=chosen_uploads)
async def uploads(
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


async def create_upload(info: Info, input: Given[words.CreateUploadInput]) -> words.CreateUploadPayload:
    gateways = info.context.gateways
    try:
        row = await create_upload_service(
            viewer=info.context.viewer,
            storage=gateways.storage,
            bus=gateways.bus,
            limits=gateways.limits,
            clock=gateways.clock,
            filename=input.filename,
            content_type=input.content_type,
            byte_size=input.byte_size,
            checksum_sha256=input.checksum_sha256,
            title=input.title,
            idempotency_key=input.idempotency_key,
        )
    except Refused as refusal:
        return words.CreateUploadPayload(user_errors=user_errors(refusal, words.CreateUploadUserError))
    return words.CreateUploadPayload(upload=Upload.from_row(row))


async def complete_upload(info: Info, input: Given[words.CompleteUploadInput]) -> words.CompleteUploadPayload:
    gateways = info.context.gateways
    try:
        row = await complete_upload_service(
            viewer=info.context.viewer,
            storage=gateways.storage,
            clock=gateways.clock,
            bus=gateways.bus,
            upload_id=row_id_of(input.upload_id, "Upload"),
            parts=[(part.number, part.etag) for part in input.parts] if input.parts is not None else None,
        )
    except Refused as refusal:
        return words.CompleteUploadPayload(user_errors=user_errors(refusal, words.CompleteUploadUserError))
    return words.CompleteUploadPayload(upload=Upload.from_row(row))


async def cancel_upload(info: Info, input: Given[words.CancelUploadInput]) -> words.CancelUploadPayload:
    try:
        row = await cancel_upload_service(
            viewer=info.context.viewer,
            bus=info.context.gateways.bus,
            upload_id=row_id_of(input.upload_id, "Upload"),
        )
    except Refused as refusal:
        return words.CancelUploadPayload(user_errors=user_errors(refusal, words.CancelUploadUserError))
    return words.CancelUploadPayload(upload=Upload.from_row(row))


async def update_upload(info: Info, input: Given[words.UpdateUploadInput]) -> words.UpdateUploadPayload:
    try:
        row = await update_upload_service(
            viewer=info.context.viewer,
            upload_id=row_id_of(input.upload_id, "Upload"),
            title=input.title,
            columns=needed_columns(info, models.Upload),
        )
    except Refused as refusal:
        return words.UpdateUploadPayload(user_errors=user_errors(refusal, words.UpdateUploadUserError))
    return words.UpdateUploadPayload(upload=Upload.from_row(row))


async def delete_upload(info: Info, input: Given[words.DeleteUploadInput]) -> words.DeleteUploadPayload:
    try:
        deleted = await delete_upload_service(
            viewer=info.context.viewer,
            bus=info.context.gateways.bus,
            upload_id=row_id_of(input.upload_id, "Upload"),
        )
    except Refused as refusal:
        return words.DeleteUploadPayload(user_errors=user_errors(refusal, words.DeleteUploadUserError))
    return words.DeleteUploadPayload(deleted_upload_id=global_id("Upload", deleted))
