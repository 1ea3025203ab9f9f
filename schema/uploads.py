from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import models
from models.statuses import UploadKind, UploadRejectionCode, UploadStatus
from planner.declared import Computed, backed_by, computed, to_one
from planner.row_objects import OfRow
from schema.connection import After, Connection, First
from schema.context import Info
from schema.lists import lists_productions, lists_publications
from schema.node import Node, id_writer
from schema.orders import ListOrder
from schema.publish_options import PublishOption
from schema.scalars import BigInt
from schema.upload_media import UploadMedia
from schema.upload_transfer import UploadTransfer, to_transfer
from schema.users import User
from services.list_productions import list_productions
from services.list_publications import PublicationFilter, list_publications
from services.list_uploads import EVERY_UPLOAD, UploadFilter
from services.media.probed_media import read_probed
from services.playback.source_url import poster_url, source_url
from services.policy import visible_uploads
from services.production_filter import ProductionFilter
from services.rows.pages import Order, PageRequest

TRANSFER_COLUMNS = (
    "id",
    "status",
    "content_type",
    "byte_size",
    "source_key",
    "multipart_id",
    "part_size",
    "expires_at",
)

if TYPE_CHECKING:
    from schema.productions import ProductionConnection
    from schema.publications import PublicationConnection


@strawberry.type(description="Why an upload cannot be used.")
class UploadRejection:
    code: UploadRejectionCode = strawberry.field(description="The reason, for programs.")
    message: str = strawberry.field(description="The reason, for people.")


def rejection_of(row: models.Upload) -> UploadRejection | None:
    if row.rejection_code is None:
        return None
    return UploadRejection(code=row.rejection_code, message=row.rejection_message or "")


def media_of(row: models.Upload) -> UploadMedia | None:
    return UploadMedia.from_probed(read_probed(row.kind, row.media)) if row.media else None


@backed_by(
    models.Upload,
    visible=visible_uploads,
    identity=id_writer,
    computed={
        "rejection": Computed(("rejection_code", "rejection_message"), rejection_of),
        "media": Computed(("kind", "media"), media_of),
    },
)
@strawberry.type(
    description="A raw source file of one owner: a video, or an image, sound or captions for one."
)
class Upload(Node, OfRow[models.Upload]):
    row: strawberry.Private[models.Upload]
    title: str = strawberry.field(description="What the owner calls it.")
    filename: str = strawberry.field(description="The file's name on the owner's machine.")
    kind: UploadKind = strawberry.field(description="What it is for, by its content type.")
    content_type: str = strawberry.field(description="The declared media type, such as video/mp4.")
    byte_size: BigInt = strawberry.field(description="The declared size in bytes.")
    status: UploadStatus = strawberry.field(description="Where it stands.")
    rejection: UploadRejection | None = strawberry.field(description="Why it was rejected, if it was.")
    media: UploadMedia | None = strawberry.field(description="What is in the file, once it is READY.")
    created_at: datetime = strawberry.field(description="When it was created.")
    updated_at: datetime = strawberry.field(description="When it last changed.")

    @strawberry.field(description="Whose it is.")
    @to_one("owner", always=True)
    async def owner(self, info: Info) -> User:
        return User.from_row(await info.context.loaders.user.load(self.row.owner_id))

    @strawberry.field(description="How to send the file, while its bytes are awaited.")
    @computed(*TRANSFER_COLUMNS)
    async def transfer(self, info: Info) -> UploadTransfer | None:
        return await to_transfer(self.row, info.context)

    @strawberry.field(
        description="A still of a video, or an image made smaller, for an hour or so; else null."
    )
    @computed("poster_key")
    async def poster_url(self, info: Info) -> str | None:
        context = info.context
        return await poster_url(
            upload=self.row, storage=context.gateways.storage, storage_base=context.storage_base
        )

    @strawberry.field(description="The file itself, for an hour or so, once it is READY.")
    @computed("status", "source_key", "filename")
    async def source_url(self, info: Info) -> str | None:
        context = info.context
        return await source_url(
            upload=self.row, storage=context.gateways.storage, storage_base=context.storage_base
        )

    @strawberry.field(description="The productions made of it, newest first.")
    @lists_productions(link="upload_id")
    async def productions(
        self, info: Info, first: First = None, after: After = None
    ) -> Annotated["ProductionConnection", strawberry.lazy("schema.productions")]:
        from schema.productions import Production, ProductionConnection

        page = await list_productions(
            viewer=info.context.viewer,
            page=PageRequest(first, after),
            filter=ProductionFilter(upload_id=self.row.id),
        )
        return ProductionConnection.of(page, Production.from_row)

    @strawberry.field(description="Where its productions are published, newest first.")
    @lists_publications(link="production.upload_id")
    async def publications(
        self, info: Info, first: First = None, after: After = None
    ) -> Annotated["PublicationConnection", strawberry.lazy("schema.publications")]:
        from schema.publications import Publication, PublicationConnection

        page = await list_publications(
            viewer=info.context.viewer,
            page=PageRequest(first, after),
            filter=PublicationFilter(upload_id=self.row.id),
        )
        return PublicationConnection.of(page, Publication.from_row)

    @strawberry.field(description="The viewer's spaces, and whether it can be published in each.")
    @computed("id", "kind", "status")
    async def publish_options(self, info: Info) -> list[PublishOption]:
        options = await info.context.loaders.publish_options.load(self.row)
        return [PublishOption.from_option(option) for option in options]


@strawberry.type(description="A page of uploads.")
class UploadConnection(Connection[Upload]):
    pass


@strawberry.input(name="UploadFilter", description="Which uploads to list; all conditions hold.")
class UploadFilterInput:
    statuses: list[UploadStatus] | None = strawberry.field(
        default=None, description="Only in these statuses."
    )
    kinds: list[UploadKind] | None = strawberry.field(default=None, description="Only of these kinds.")
    title_contains: str | None = strawberry.field(
        default=None, description="Only those whose title contains this, in any case."
    )

    def to_filter(self) -> UploadFilter:
        return UploadFilter(tuple(self.statuses or ()), self.title_contains, tuple(self.kinds or ()))


def chosen_uploads(
    filter: UploadFilterInput | None = None, order_by: ListOrder = ListOrder.CREATED_AT_DESC
) -> tuple[UploadFilter, Order]:
    """What the arguments of a list of uploads choose."""
    return filter.to_filter() if filter else EVERY_UPLOAD, order_by.value
