"""Events as a subscription is told them, of right values and of wrong ones."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from models.statuses import (
    ProductionStatus,
    PublicationStatus,
    RenderPhase,
    UploadKind,
    UploadRejectionCode,
    UploadStatus,
)
from schema.production_status_event import ProductionStatusEvent
from schema.productions import Production
from schema.publication_event import PublicationEvent
from schema.upload_media import UploadMedia
from schema.upload_status_event import UploadStatusEvent
from schema.uploads import Upload, UploadRejection
from tests.server.operations.plain_documents import OBJECTS

TEXT = st.text(max_size=12) | st.sampled_from(["", "Überschrift – 日本語 🎬", '"\\\n\u2028', "\x00"])
BEGAN = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 10**17).map(lambda microseconds: BEGAN + timedelta(microseconds=microseconds))
# What no row holds: graphql-core tells it as an error, or makes something of it.
WRONG = (None, True, 0, 7.0, 7.5, 2**31, -(2**31) - 1, "7", "COMPLETED", b"7", [], BEGAN, timedelta(1))
WRONG += (UploadKind.VIDEO, UploadStatus.CANCELED, float("nan"))


def events(wrong):
    """Events of each type, by its name."""

    def of(made, **fields):
        return st.builds(made, **{name: mostly(name, right) for name, right in fields.items()})

    def mostly(name, right):
        """What belongs there, and now and then what does not; an object is there or is missing."""
        wrongs = [None] if name in OBJECTS else wrong
        return st.one_of(right, right, right, st.sampled_from(wrongs)) if wrong else right

    small, moments = st.integers(-(2**31), 2**31 - 1), MOMENTS
    production = of(
        lambda **given: Production(row=None, **given),
        id=TEXT,
        title=TEXT,
        status=st.sampled_from(ProductionStatus),
        progress_percent=small,
        phase=st.none() | st.sampled_from(RenderPhase),
        created_at=moments,
        updated_at=moments,
    )
    upload = of(
        lambda **given: Upload(row=None, **given),
        id=TEXT,
        title=TEXT,
        filename=TEXT,
        kind=st.sampled_from(UploadKind),
        content_type=TEXT,
        byte_size=st.integers(0, 2**53),
        status=st.sampled_from(UploadStatus),
        rejection=st.none() | of(UploadRejection, code=st.sampled_from(UploadRejectionCode), message=TEXT),
        media=st.none()
        | of(
            UploadMedia,
            duration_ms=st.none() | small,
            frame_rate=st.none() | st.floats(allow_nan=False, allow_infinity=False),
            hdr=st.booleans(),
        ),
        created_at=moments,
        updated_at=moments,
    )
    common = {"cursor": TEXT, "occurred_at": moments, "sequence": small}

    def moves(statuses):
        status = st.sampled_from(statuses)
        return common | {"previous_status": st.none() | status, "status": status}

    return {
        "ProductionStatusEvent": of(
            ProductionStatusEvent,
            production=production,
            progress_percent=small,
            phase=st.none() | st.sampled_from(RenderPhase),
            **moves(ProductionStatus),
        ),
        "UploadStatusEvent": of(UploadStatusEvent, upload=upload, **moves(UploadStatus)),
        "PublicationEvent": of(
            lambda **given: PublicationEvent(row_id=None, **given),
            publication_id=TEXT,
            **moves(PublicationStatus),
        ),
    }


RIGHT, ANY = events(()), events(WRONG)


def one_of_each():
    """An event by each event type's name, and the parts of it by theirs."""
    common = {"cursor": "c", "occurred_at": BEGAN, "sequence": 1, "previous_status": None}
    dates = {"created_at": BEGAN, "updated_at": BEGAN}
    status = ProductionStatus.PROCESSING
    progress = {"status": status, "progress_percent": 1, "phase": None}
    production = Production(row=None, id="p", title="t", **progress, **dates)
    media = UploadMedia(duration_ms=1)
    rejection = UploadRejection(code=UploadRejectionCode.TRUNCATED, message="m")
    upload = Upload(
        row=None,
        id="u",
        title="t",
        filename="f",
        kind=UploadKind.VIDEO,
        content_type="video/mp4",
        byte_size=1,
        status=UploadStatus.READY,
        rejection=rejection,
        media=media,
        **dates,
    )
    of_production = ProductionStatusEvent(production=production, **common, **progress)
    of_upload = UploadStatusEvent(upload=upload, status=UploadStatus.READY, **common)
    of_publication = PublicationEvent(
        row_id=None, publication_id="x", status=PublicationStatus.LIVE, **common
    )
    return {
        "ProductionStatusEvent": (of_production, of_production),
        "Production": (of_production, production),
        "UploadStatusEvent": (of_upload, of_upload),
        "Upload": (of_upload, upload),
        "UploadRejection": (of_upload, rejection),
        "UploadMedia": (of_upload, media),
        "PublicationEvent": (of_publication, of_publication),
    }
