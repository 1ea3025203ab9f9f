from datetime import datetime
from typing import Annotated

import strawberry

import models
from schema.context import Context, Info
from schema.scalars import BigInt
from services.gateways.public_url import public_url
from services.upload_transfer import MultipartTransfer as Multipart
from services.upload_transfer import PostTransfer, part_urls, upload_transfer


@strawberry.type(description="A field of a form.")
class FormField:
    name: str = strawberry.field(description="The field's name.")
    value: str = strawberry.field(description="The field's value.")


@strawberry.type(description="Send the file by one multipart/form-data POST: these fields, then `file`.")
class PresignedPost:
    url: str = strawberry.field(description="Where to send the form.")
    fields: list[FormField] = strawberry.field(description="Every field, before the file.")
    expires_at: datetime = strawberry.field(description="Until when the form is accepted.")


@strawberry.type(description="Where to PUT one part.")
class UploadPart:
    number: int = strawberry.field(description="The part's number, from 1.")
    url: str = strawberry.field(description="Where to PUT its bytes.")


@strawberry.type(description="A part that has arrived.")
class UploadedPart:
    number: int = strawberry.field(description="The part's number, from 1.")
    byte_size: BigInt = strawberry.field(description="Its size in bytes.")
    etag: str = strawberry.field(description="What storage calls its content.")


@strawberry.type(description="Send the file in parts, each by its own PUT, in any order; resume at will.")
class MultipartTransfer:
    row: strawberry.Private[models.Upload]
    part_size: BigInt = strawberry.field(description="Bytes in every part but the last.")
    part_count: int = strawberry.field(description="How many parts the file has.")
    uploaded_parts: list[UploadedPart] = strawberry.field(description="What is there already.")
    expires_at: datetime = strawberry.field(description="Until when parts are accepted.")

    @strawberry.field(description="Where to PUT these parts; at most 100 at once.")
    async def parts(
        self,
        info: Info,
        numbers: Annotated[list[int], strawberry.argument(description="The parts' numbers, from 1.")],
    ) -> list[UploadPart]:
        context = info.context
        urls = await part_urls(
            upload=self.row,
            numbers=numbers,
            storage=context.gateways.storage,
            clock=context.gateways.clock,
        )
        return [UploadPart(number=n, url=public_url(url, context.storage_base)) for n, url in urls.items()]


UploadTransfer = Annotated[
    PresignedPost | MultipartTransfer,
    strawberry.union("UploadTransfer", description="How to send an upload's file."),
]


async def to_transfer(row: models.Upload, context: Context) -> PresignedPost | MultipartTransfer | None:
    transfer = await upload_transfer(
        upload=row, storage=context.gateways.storage, clock=context.gateways.clock
    )
    if isinstance(transfer, PostTransfer):
        return PresignedPost(
            url=public_url(transfer.url, context.storage_base),
            fields=[FormField(name=name, value=value) for name, value in transfer.fields.items()],
            expires_at=transfer.expires_at,
        )
    return _multipart(row, transfer) if transfer else None


def _multipart(row: models.Upload, transfer: Multipart) -> MultipartTransfer:
    return MultipartTransfer(
        row=row,
        part_size=BigInt(transfer.part_size),
        part_count=transfer.part_count,
        uploaded_parts=[
            UploadedPart(number=part.number, byte_size=BigInt(part.byte_size), etag=part.etag)
            for part in transfer.uploaded_parts
        ],
        expires_at=transfer.expires_at,
    )
