"""Every stored enum; the schema registers these same classes under these same names."""

from enum import StrEnum


class UploadKind(StrEnum):
    VIDEO = "VIDEO"
    IMAGE = "IMAGE"
    AUDIO = "AUDIO"
    CAPTIONS = "CAPTIONS"


class UploadStatus(StrEnum):
    AWAITING_BYTES = "AWAITING_BYTES"
    VERIFYING = "VERIFYING"
    READY = "READY"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    CANCELED = "CANCELED"


class UploadRejectionCode(StrEnum):
    NOT_A_VIDEO = "NOT_A_VIDEO"
    NOT_AN_IMAGE = "NOT_AN_IMAGE"
    NOT_SOUND = "NOT_SOUND"
    NOT_CAPTIONS = "NOT_CAPTIONS"
    TRUNCATED = "TRUNCATED"
    NO_VIDEO_STREAM = "NO_VIDEO_STREAM"
    TOO_LONG = "TOO_LONG"
    TOO_LARGE = "TOO_LARGE"
    EMPTY = "EMPTY"
    TYPE_MISMATCH = "TYPE_MISMATCH"
    SIZE_MISMATCH = "SIZE_MISMATCH"
    CHECKSUM_MISMATCH = "CHECKSUM_MISMATCH"
    UNSUPPORTED_CODEC = "UNSUPPORTED_CODEC"
    MISSING = "MISSING"


class ProductionStatus(StrEnum):
    """A production's status is its current render's: one enum serves both."""

    QUEUED = "QUEUED"
    PROCESSING = "PROCESSING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"


class RenderPhase(StrEnum):
    """MediaConvert's own job phases."""

    PROBING = "PROBING"
    TRANSCODING = "TRANSCODING"
    UPLOADING = "UPLOADING"


class RenderErrorStage(StrEnum):
    PREPARING = "PREPARING"
    SUBMITTING = "SUBMITTING"
    RENDERING = "RENDERING"


class RenderOutputKind(StrEnum):
    HLS = "HLS"
    HLS_RENDITION = "HLS_RENDITION"
    MP4 = "MP4"
    POSTER = "POSTER"
    THUMBNAILS = "THUMBNAILS"
    AUDIO = "AUDIO"
    CAPTIONS = "CAPTIONS"


class SpaceVisibility(StrEnum):
    PUBLIC = "PUBLIC"
    MEMBERS = "MEMBERS"


class SpaceRole(StrEnum):
    VIEWER = "VIEWER"
    PUBLISHER = "PUBLISHER"
    OWNER = "OWNER"


class PublicationStatus(StrEnum):
    SCHEDULED = "SCHEDULED"
    WAITING = "WAITING"
    LIVE = "LIVE"
    WITHDRAWN = "WITHDRAWN"


class StatusEventKind(StrEnum):
    PRODUCTION_STATUS = "PRODUCTION_STATUS"
    UPLOAD_STATUS = "UPLOAD_STATUS"
    PUBLICATION_STATUS = "PUBLICATION_STATUS"


class RenderStepKind(StrEnum):
    """What happened to a render that is no change of the production's status."""

    SUBMITTED = "SUBMITTED"
    CANCEL_REQUESTED = "CANCEL_REQUESTED"
    SUPERSEDED = "SUPERSEDED"
    RENDER_ENDED = "RENDER_ENDED"
    PUBLISHED = "PUBLISHED"
