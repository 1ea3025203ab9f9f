"""The stored enums as GraphQL ones: the same classes, with a sentence for each value."""

from collections.abc import Mapping
from enum import Enum

import strawberry

from models.statuses import (
    ProductionStatus,
    PublicationStatus,
    RenderErrorStage,
    RenderOutputKind,
    RenderPhase,
    SpaceRole,
    SpaceVisibility,
    UploadKind,
    UploadRejectionCode,
    UploadStatus,
)
from services.production_config import AudioMode, CaptionMode, LowerThirdPosition, LowerThirdStyle
from services.publish_options import PublishObstacle


def describe_enum(enum: type[Enum], description: str, values: Mapping[str, str]) -> None:
    """Register an enum with a sentence for each value. Raises KeyError for a value without one."""
    strawberry.enum(enum, description=description)
    definition = enum.__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = values[value.name]


describe_enum(
    UploadKind,
    "What an upload is for, by its content type.",
    {
        "VIDEO": "The source of productions; its sound may be another's music.",
        "IMAGE": "A title page's background or logo.",
        "AUDIO": "A production's music.",
        "CAPTIONS": "A production's captions.",
    },
)
describe_enum(
    UploadStatus,
    "Where an upload is between the first byte and being usable.",
    {
        "AWAITING_BYTES": "Waiting for the file; `transfer` says how to send it.",
        "VERIFYING": "All bytes are there; size, checksum and content are being checked.",
        "READY": "Checked and usable for productions.",
        "REJECTED": "Not usable; `rejection` says why.",
        "EXPIRED": "The file did not come in time.",
        "CANCELED": "Given up by its owner.",
    },
)
describe_enum(
    UploadRejectionCode,
    "Why an upload was rejected.",
    {
        "NOT_A_VIDEO": "The file is not a video.",
        "NOT_AN_IMAGE": "The file is not an image, or is damaged.",
        "NOT_SOUND": "The file holds no sound.",
        "NOT_CAPTIONS": "The file holds no captions, or is broken at the line that the message names.",
        "TRUNCATED": "The file ends too early.",
        "NO_VIDEO_STREAM": "The file has no video track.",
        "TOO_LONG": "It lasts longer than this server allows.",
        "TOO_LARGE": "The file or its picture is larger than this server allows.",
        "EMPTY": "The file has no bytes.",
        "TYPE_MISMATCH": "The file is of another type than declared.",
        "SIZE_MISMATCH": "The file has another size than declared.",
        "CHECKSUM_MISMATCH": "The file's SHA-256 is not the declared one.",
        "UNSUPPORTED_CODEC": "The file cannot be decoded.",
        "MISSING": "The file was not found in storage.",
    },
)
describe_enum(
    ProductionStatus,
    "Where a production, or one of its renders, stands.",
    {
        "QUEUED": "Waiting to be rendered.",
        "PROCESSING": "Being rendered.",
        "COMPLETED": "Rendered and playable.",
        "FAILED": "The render failed; `render.error` says why.",
        "CANCELED": "The render was cancelled.",
    },
)
describe_enum(
    RenderPhase,
    "What a running render is doing.",
    {
        "PROBING": "Reading the source.",
        "TRANSCODING": "Making the outputs.",
        "UPLOADING": "Writing the outputs to storage.",
    },
)
describe_enum(
    RenderErrorStage,
    "At which step a render failed.",
    {
        "PREPARING": "While its titles, sound and captions were made.",
        "SUBMITTING": "While it was handed to MediaConvert.",
        "RENDERING": "While MediaConvert worked on it.",
    },
)
describe_enum(
    RenderOutputKind,
    "What an output is.",
    {
        "HLS": "The HLS master playlist with everything below it.",
        "HLS_RENDITION": "One rung of the HLS ladder.",
        "MP4": "A downloadable MP4 file.",
        "POSTER": "A still picture.",
        "THUMBNAILS": "Small pictures for scrubbing.",
        "AUDIO": "A downloadable file of the sound alone.",
        "CAPTIONS": "A caption track of the HLS playlist.",
    },
)
describe_enum(
    SpaceVisibility,
    "Who may see a space and what is LIVE in it.",
    {"PUBLIC": "Everybody, signed in or not.", "MEMBERS": "Its members alone."},
)
describe_enum(
    SpaceRole,
    "What a member may do in a space.",
    {
        "VIEWER": "See what is LIVE.",
        "PUBLISHER": "Also publish, and see what is scheduled or waiting.",
        "OWNER": "Also withdraw, and change the space and its members.",
    },
)
describe_enum(
    PublicationStatus,
    "Where a publication stands.",
    {
        "SCHEDULED": "Goes LIVE at `publishAt`.",
        "WAITING": "Goes LIVE when its render completes.",
        "LIVE": "Shown in its space.",
        "WITHDRAWN": "No longer shown.",
    },
)
describe_enum(
    PublishObstacle,
    "Why an upload cannot be published in a space now.",
    {
        "NOT_A_PUBLISHER": "The viewer's role in the space is only VIEWER.",
        "UPLOAD_NOT_A_VIDEO": "The upload is not a video.",
        "UPLOAD_NOT_READY": "The upload is not READY.",
        "ALREADY_PUBLISHED": "A production of the upload is published there already.",
    },
)
describe_enum(
    AudioMode,
    "What becomes of the sound.",
    {
        "KEEP": "Left as it is.",
        "NORMALIZE": "Brought to `targetLkfs`.",
        "MUTE": "Replaced by silence.",
    },
)
describe_enum(
    LowerThirdPosition,
    "Where in the picture a text lies.",
    {
        "BOTTOM_LEFT": "Below, left.",
        "BOTTOM_CENTER": "Below, in the middle.",
        "BOTTOM_RIGHT": "Below, right.",
        "TOP_LEFT": "Above, left.",
        "TOP_CENTER": "Above, in the middle.",
        "TOP_RIGHT": "Above, right.",
    },
)
describe_enum(
    LowerThirdStyle,
    "How a lower third looks.",
    {
        "PANEL": "A dark translucent panel with an accent at its side.",
        "BAR": "A bar in the accent's colour.",
        "PLAIN": "Letters alone, with a shadow.",
    },
)
describe_enum(
    CaptionMode,
    "How captions reach people.",
    {
        "SIDECAR": "A track that the player offers.",
        "BURN_IN": "Drawn into the picture, for everybody.",
    },
)
