"""Plain Strawberry with Tortoise and DataLoader, as their documentation has it, and Airdate's settings of the
garbage collector."""

import gc
import hashlib
import os
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from enum import Enum
from typing import Any, NewType
from uuid import UUID

import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig
from tortoise import Tortoise
from tortoise.models import Model
from tortoise_tables import AccessTokenRow, ProductionRow, PublicationRow, SpaceRow, UploadRow

MAX_TOKENS, TOKEN_SECONDS = 10_000, 60.0
viewers: dict[str, tuple[UUID, float]] = {}

UploadStatus = strawberry.enum(
    Enum("UploadStatus", {n: n for n in ("AWAITING_BYTES", "VERIFYING", "READY", "REJECTED", "EXPIRED")})
)
ProductionStatus = strawberry.enum(
    Enum("ProductionStatus", {n: n for n in ("QUEUED", "PROCESSING", "COMPLETED", "FAILED", "CANCELED")})
)
PublicationStatus = strawberry.enum(
    Enum("PublicationStatus", {n: n for n in ("SCHEDULED", "WAITING", "LIVE", "WITHDRAWN")})
)
BigInt = NewType("BigInt", int)
Info = strawberry.Info[dict[str, Any], None]


@strawberry.type
class Space:
    id: strawberry.ID
    slug: str
    name: str

    @classmethod
    def of(cls, row: SpaceRow) -> "Space":
        return cls(id=strawberry.ID(str(row.id)), slug=row.slug, name=row.name)


@strawberry.type
class Publication:
    id: strawberry.ID
    status: PublicationStatus
    published_at: datetime | None
    space_id: strawberry.Private[UUID]

    @strawberry.field
    async def space(self, info: Info) -> Space | None:
        row = await info.context["space"].load(self.space_id)
        return row and Space.of(row)

    @classmethod
    def of(cls, row: PublicationRow) -> "Publication":
        return cls(
            id=strawberry.ID(str(row.id)),
            status=PublicationStatus(row.status),
            published_at=row.published_at,
            space_id=row.space_id,
        )


@strawberry.type
class Production:
    id: strawberry.ID
    title: str
    status: ProductionStatus
    progress_percent: int
    created_at: datetime
    row: strawberry.Private[ProductionRow]

    @strawberry.field
    async def upload(self, info: Info) -> "Upload | None":
        row = await info.context["upload"].load(self.row.upload_id)
        return row and Upload.of(row)

    @strawberry.field
    async def publications(self, info: Info) -> list[Publication]:
        return [Publication.of(row) for row in await info.context["publications"].load(self.row.id)]

    @classmethod
    def of(cls, row: ProductionRow) -> "Production":
        return cls(
            id=strawberry.ID(str(row.id)),
            title=row.title,
            status=ProductionStatus(row.status),
            progress_percent=row.progress_percent,
            created_at=row.created_at,
            row=row,
        )


@strawberry.type
class Upload:
    id: strawberry.ID
    title: str
    filename: str
    byte_size: BigInt
    status: UploadStatus
    created_at: datetime
    updated_at: datetime
    row_id: strawberry.Private[UUID]

    @strawberry.field
    async def productions(self, info: Info) -> list[Production]:
        return [Production.of(row) for row in await info.context["productions"].load(self.row_id)]

    @classmethod
    def of(cls, row: UploadRow) -> "Upload":
        return cls(
            id=strawberry.ID(str(row.id)),
            title=row.title,
            filename=row.filename,
            byte_size=BigInt(row.byte_size),
            status=UploadStatus(row.status),
            created_at=row.created_at,
            updated_at=row.updated_at,
            row_id=row.id,
        )


@strawberry.type
class Viewer:
    user_id: strawberry.Private[UUID]

    @strawberry.field
    async def uploads(self, first: int) -> list[Upload]:
        rows = await UploadRow.filter(owner_id=self.user_id).order_by("-created_at", "-id").limit(first)
        return [Upload.of(row) for row in rows]


@strawberry.type
class Query:
    @strawberry.field
    def viewer(self, info: Info) -> Viewer | None:
        viewer_id = info.context["viewer_id"]
        return viewer_id and Viewer(user_id=viewer_id)

    @strawberry.field
    async def production(self, info: Info, id: strawberry.ID) -> Production | None:
        row = await ProductionRow.get_or_none(id=id, owner_id=info.context["viewer_id"])
        return row and Production.of(row)


@strawberry.input
class UpdateUploadInput:
    upload_id: strawberry.ID
    title: str


@strawberry.type
class UpdateUploadPayload:
    upload: Upload | None


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def update_upload(self, info: Info, input: UpdateUploadInput) -> UpdateUploadPayload:
        row = await UploadRow.get_or_none(id=input.upload_id, owner_id=info.context["viewer_id"])
        if row is None:
            return UpdateUploadPayload(upload=None)
        row.title = input.title.strip()
        await row.save(update_fields=["title", "updated_at"])
        return UpdateUploadPayload(upload=Upload.of(row))


def row_of_each(model: type[Model]) -> Callable[[list[UUID]], Any]:
    async def load(ids: list[UUID]) -> Sequence[Model | None]:
        found = await model.in_bulk(ids)
        return [found.get(each) for each in ids]

    return load


def rows_of_each(model: type[Model], link: str) -> Callable[[list[UUID]], Any]:
    async def load(ids: list[UUID]) -> Sequence[Sequence[Model]]:
        found: defaultdict[UUID, list[Model]] = defaultdict(list)
        for row in await model.filter(**{f"{link}__in": ids}).order_by("-created_at", "-id"):
            found[getattr(row, link)].append(row)
        return [found[each] for each in ids]

    return load


async def viewer_of(authorization: str) -> UUID | None:
    known = viewers.get(authorization)
    if known and known[1] > time.monotonic():
        return known[0]
    token_hash = hashlib.sha256(authorization.removeprefix("Bearer ").encode()).hexdigest()
    row = await AccessTokenRow.get_or_none(token_hash=token_hash, revoked_at__isnull=True)
    if row is None:
        return None
    if len(viewers) >= MAX_TOKENS:
        viewers.clear()
    viewers[authorization] = row.user_id, time.monotonic() + TOKEN_SECONDS
    return row.user_id


class View(GraphQL[dict[str, Any], None]):
    async def get_context(self, request: HTTPConnection, response: Any) -> dict[str, Any]:
        return {
            "viewer_id": await viewer_of(request.headers.get("authorization", "")),
            "upload": DataLoader(row_of_each(UploadRow)),
            "space": DataLoader(row_of_each(SpaceRow)),
            "productions": DataLoader(rows_of_each(ProductionRow, "upload_id")),
            "publications": DataLoader(rows_of_each(PublicationRow, "production_id")),
        }


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    url = f"{os.environ['DATABASE_URL']}?minsize=10&maxsize=10"
    await Tortoise.init(db_url=url, modules={"models": ["tortoise_tables"]}, _enable_global_fallback=True)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    yield
    await Tortoise.close_connections()


schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    extensions=[ParserCache, ValidationCache],
    config=StrawberryConfig(scalar_map={BigInt: strawberry.scalar(name="BigInt", serialize=int)}),
)
app = Starlette(lifespan=lifespan, routes=[Route("/graphql", View(schema, graphql_ide=None))])

if __name__ == "__main__":
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
        timeout_keep_alive=75,
    )
