import strawberry

from schema.enums import describe_enum
from schema.errors import UserError
from schema.scalars import BigInt
from schema.uploads import Upload
from services.cancel_upload import CancelUploadErrorCode
from services.complete_upload import CompleteUploadErrorCode
from services.create_upload import CreateUploadErrorCode
from services.delete_upload import DeleteUploadErrorCode
from services.update_upload import UpdateUploadErrorCode

NOT_FOUND = {"UPLOAD_NOT_FOUND": "There is no such upload of the viewer's."}
describe_enum(
    CreateUploadErrorCode,
    "Why an upload was not made.",
    {
        "FILENAME_INVALID": "The file name is empty, too long, or holds a path.",
        "CONTENT_TYPE_INVALID": "The content type is not one that is accepted; the message names those.",
        "BYTE_SIZE_INVALID": "The size is not positive, or above this server's limit for such a file.",
        "CHECKSUM_INVALID": "The checksum is not a SHA-256 in hexadecimal.",
        "TITLE_INVALID": "The title is too long.",
        "IDEMPOTENCY_KEY_INVALID": "The key is empty or too long.",
        "IDEMPOTENCY_KEY_REUSED": "The key was used with another input.",
    },
)
describe_enum(
    CompleteUploadErrorCode,
    "Why an upload was not completed.",
    NOT_FOUND
    | {
        "BYTES_MISSING": "Storage has no such file yet; send it and try again.",
        "PARTS_MISSING": "Some parts have not arrived; the message names them.",
        "PARTS_INVALID": "The parts named are not those that arrived.",
        "UPLOAD_EXPIRED": "The file did not come in time.",
        "UPLOAD_CANCELED": "The upload was given up.",
    },
)
describe_enum(
    CancelUploadErrorCode,
    "Why an upload was not given up.",
    NOT_FOUND | {"UPLOAD_FINISHED": "All its bytes are there, or it ended already."},
)
describe_enum(
    UpdateUploadErrorCode,
    "Why an upload was not changed.",
    NOT_FOUND | {"TITLE_INVALID": "The title is empty or too long."},
)
describe_enum(
    DeleteUploadErrorCode,
    "Why an upload was not deleted.",
    NOT_FOUND | {"UPLOAD_IN_USE": "Productions are made of it or use it; change or delete them first."},
)

CODE = "What is wrong, for programs."
ERRORS = "What was wrong; empty when it was done."
UPLOAD = "The upload; null when it was refused."
UPLOAD_ID = "Which upload."


@strawberry.input(description="A file to be sent.")
class CreateUploadInput:
    filename: str = strawberry.field(description="The file's name, without a path.")
    content_type: str = strawberry.field(
        description="Its media type, such as video/mp4, image/png, audio/mpeg or text/vtt."
    )
    byte_size: BigInt = strawberry.field(description="Its exact size in bytes.")
    checksum_sha256: str | None = strawberry.field(
        default=None, description="Its SHA-256 in hexadecimal; verified where given."
    )
    title: str | None = strawberry.field(
        default=None, description="A title; the file's name where not given."
    )
    idempotency_key: str | None = strawberry.field(
        default=None, description="Any string; the same key and input again returns the first result."
    )


@strawberry.type(description="Why an upload was not made.")
class CreateUploadUserError(UserError):
    code: CreateUploadErrorCode = strawberry.field(description=CODE)


@strawberry.type(description="The outcome of createUpload.")
class CreateUploadPayload:
    upload: Upload | None = strawberry.field(default=None, description=UPLOAD)
    user_errors: list[CreateUploadUserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.input(description="A part as storage answered it.")
class UploadPartInput:
    number: int = strawberry.field(description="The part's number, from 1.")
    etag: str = strawberry.field(description="The ETag that storage answered.")


@strawberry.input(description="Which upload has all its bytes.")
class CompleteUploadInput:
    upload_id: strawberry.ID = strawberry.field(description=UPLOAD_ID)
    parts: list[UploadPartInput] | None = strawberry.field(
        default=None, description="For a multipart upload, to be checked; those in storage where not given."
    )


@strawberry.type(description="Why an upload was not completed.")
class CompleteUploadUserError(UserError):
    code: CompleteUploadErrorCode = strawberry.field(description=CODE)


@strawberry.type(description="The outcome of completeUpload; READY or REJECTED follows.")
class CompleteUploadPayload:
    upload: Upload | None = strawberry.field(default=None, description=UPLOAD)
    user_errors: list[CompleteUploadUserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.input(description="Which upload to give up.")
class CancelUploadInput:
    upload_id: strawberry.ID = strawberry.field(description=UPLOAD_ID)


@strawberry.type(description="Why an upload was not given up.")
class CancelUploadUserError(UserError):
    code: CancelUploadErrorCode = strawberry.field(description=CODE)


@strawberry.type(description="The outcome of cancelUpload.")
class CancelUploadPayload:
    upload: Upload | None = strawberry.field(default=None, description=UPLOAD)
    user_errors: list[CancelUploadUserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.input(description="What to change of an upload.")
class UpdateUploadInput:
    upload_id: strawberry.ID = strawberry.field(description=UPLOAD_ID)
    title: str = strawberry.field(description="Another title.")


@strawberry.type(description="Why an upload was not changed.")
class UpdateUploadUserError(UserError):
    code: UpdateUploadErrorCode = strawberry.field(description=CODE)


@strawberry.type(description="The outcome of updateUpload.")
class UpdateUploadPayload:
    upload: Upload | None = strawberry.field(default=None, description=UPLOAD)
    user_errors: list[UpdateUploadUserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.input(description="Which upload to delete.")
class DeleteUploadInput:
    upload_id: strawberry.ID = strawberry.field(description=UPLOAD_ID)


@strawberry.type(description="Why an upload was not deleted.")
class DeleteUploadUserError(UserError):
    code: DeleteUploadErrorCode = strawberry.field(description=CODE)


@strawberry.type(description="The outcome of deleteUpload; the file is removed right after.")
class DeleteUploadPayload:
    deleted_upload_id: strawberry.ID | None = strawberry.field(
        default=None, description="What was deleted; null when it was refused."
    )
    user_errors: list[DeleteUploadUserError] = strawberry.field(default_factory=list, description=ERRORS)
