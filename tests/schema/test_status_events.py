"""Events of uploads and publications in the API's words, before and after their objects are out of sight."""

from datetime import UTC, datetime

import strawberry
from strawberry.schema.config import StrawberryConfig

from models.statuses import PublicationStatus, UploadStatus
from schema.publication_event import PublicationEvent
from schema.scalars import BIG_INT, BigInt
from schema.upload_status_event import UploadStatusEvent
from services.live.publication_changes import PublicationChange
from services.live.upload_changes import UploadStatusChange
from tests.factories import (
    id_of,
    make_production,
    make_publication,
    make_space,
    make_upload,
    make_user,
)

AT = datetime(2026, 11, 25, 18, tzinfo=UTC)
UPLOAD = "{ told { cursor occurredAt sequence upload { id status } previousStatus status } }"
PUBLICATION = (
    "{ told { cursor occurredAt sequence publicationId publication { id status } previousStatus status } }"
)


async def worded(event, document):
    """What a client that asks for everything gets."""

    @strawberry.type
    class Query:
        @strawberry.field
        def told(self) -> type(event):
            return event

    schema = strawberry.Schema(Query, config=StrawberryConfig(scalar_map={BigInt: BIG_INT}))
    result = await schema.execute(document)
    assert result.errors is None
    return result.data["told"]


async def test_an_upload(database):
    upload = await make_upload(await make_user())
    change = UploadStatusChange("c", AT, 3, upload, UploadStatus.VERIFYING, UploadStatus.READY)
    assert await worded(UploadStatusEvent.from_change(change), UPLOAD) == {
        "cursor": "c",
        "occurredAt": "2026-11-25T18:00:00+00:00",
        "sequence": 3,
        "upload": {"id": id_of(upload), "status": "READY"},
        "previousStatus": "VERIFYING",
        "status": "READY",
    }


async def test_a_publication(database):
    owner = await make_user()
    row = await make_publication(await make_production(owner), await make_space(owner))
    change = PublicationChange("c", AT, 1, row.id, row, None, PublicationStatus.LIVE)
    told = await worded(PublicationEvent.from_change(change), PUBLICATION)
    assert told == {
        "cursor": "c",
        "occurredAt": "2026-11-25T18:00:00+00:00",
        "sequence": 1,
        "publicationId": id_of(row),
        "publication": {"id": id_of(row), "status": "LIVE"},
        "previousStatus": None,
        "status": "LIVE",
    }
    live, withdrawn = PublicationStatus.LIVE, PublicationStatus.WITHDRAWN
    change = PublicationChange("d", AT, 2, row.id, None, live, withdrawn)
    assert await worded(PublicationEvent.from_change(change), PUBLICATION) == told | {
        "cursor": "d",
        "sequence": 2,
        "publication": None,
        "previousStatus": "LIVE",
        "status": "WITHDRAWN",
    }


def test_every_word_has_a_sentence():
    for event in (UploadStatusEvent, PublicationEvent):
        definition = event.__strawberry_definition__
        assert definition.description
        assert all(field.description and field.base_resolver is None for field in definition.fields)
