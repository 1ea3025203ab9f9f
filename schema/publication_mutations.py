from datetime import datetime

import strawberry

from schema.enums import describe_enum
from schema.errors import UserError
from schema.productions import Production
from schema.publications import Publication
from services.publish import PublishErrorCode
from services.unpublish import UnpublishErrorCode

describe_enum(
    PublishErrorCode,
    "Why nothing was published.",
    {
        "SOURCE_INVALID": "Name either a production or an upload, not both.",
        "UPLOAD_NOT_FOUND": "There is no such upload of the viewer's.",
        "UPLOAD_NOT_A_VIDEO": "The upload is not a video.",
        "UPLOAD_NOT_READY": "The upload is not READY.",
        "PRODUCTION_NOT_FOUND": "There is no such production of the viewer's.",
        "PRODUCTION_NOT_COMPLETED": "The production has no completed render; `whenReady` waits for one.",
        "SPACES_INVALID": "No space was named, too many, or one twice.",
        "SPACE_NOT_FOUND": "There is no such space for the viewer.",
        "NOT_A_PUBLISHER": "The viewer's role in the space is too low.",
        "PUBLISH_AT_INVALID": "The time has passed.",
        "IDEMPOTENCY_KEY_INVALID": "The key is empty or too long.",
        "IDEMPOTENCY_KEY_REUSED": "The key was used with another input.",
    },
)
describe_enum(
    UnpublishErrorCode,
    "Why nothing was withdrawn.",
    {
        "PRODUCTION_NOT_FOUND": "There is no such production for the viewer.",
        "NOT_PUBLISHED": "The production is not published there.",
        "PERMISSION_DENIED": "Only the production's owner or the space's OWNER withdraws it.",
    },
)

CODE = "What is wrong, for programs."
ERRORS = "What was wrong; empty when it was done."
PRODUCTION = "The production; null when it was refused."


@strawberry.input(description="What to publish, where and when: all the spaces or none.")
class PublishInput:
    production_id: strawberry.ID | None = strawberry.field(
        default=None, description="A production of the viewer's; or give an upload."
    )
    upload_id: strawberry.ID | None = strawberry.field(
        default=None, description="A READY upload, published with the default config when rendered."
    )
    space_ids: list[strawberry.ID] = strawberry.field(description="Where: 1 to 50 spaces.")
    when_ready: bool = strawberry.field(
        default=False, description="Wait for the render instead of refusing an unfinished production."
    )
    publish_at: datetime | None = strawberry.field(default=None, description="When; at once where not given.")
    idempotency_key: str | None = strawberry.field(
        default=None, description="Any string; the same key and input again returns the first result."
    )


@strawberry.type(description="Why nothing was published.")
class PublishUserError(UserError):
    code: PublishErrorCode = strawberry.field(description=CODE)


@strawberry.type(description="The outcome of publish.")
class PublishPayload:
    production: Production | None = strawberry.field(default=None, description=PRODUCTION)
    publications: list[Publication] = strawberry.field(
        default_factory=list, description="One for each space named."
    )
    user_errors: list[PublishUserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.input(description="What to withdraw, and from where: all of it or nothing.")
class UnpublishInput:
    production_id: strawberry.ID = strawberry.field(description="Which production.")
    space_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="From which spaces; from all where not given."
    )


@strawberry.type(description="Why nothing was withdrawn.")
class UnpublishUserError(UserError):
    code: UnpublishErrorCode = strawberry.field(description=CODE)


@strawberry.type(description="The outcome of unpublish.")
class UnpublishPayload:
    production: Production | None = strawberry.field(default=None, description=PRODUCTION)
    publications: list[Publication] = strawberry.field(
        default_factory=list, description="What was withdrawn."
    )
    user_errors: list[UnpublishUserError] = strawberry.field(default_factory=list, description=ERRORS)
