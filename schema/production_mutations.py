import strawberry

from schema.enums import describe_enum
from schema.errors import UserError
from schema.production_config_input import ProductionConfigInput
from schema.productions import Production
from services.cancel_production import CancelProductionErrorCode
from services.create_production import CreateProductionErrorCode
from services.delete_production import DeleteProductionErrorCode
from services.restore_render import RestoreRenderErrorCode
from services.retry_production import RetryProductionErrorCode
from services.update_production import UpdateProductionErrorCode

NOT_FOUND = {"PRODUCTION_NOT_FOUND": "There is no such production of the viewer's."}
CONFIG = {
    "TITLE_INVALID": "The title is empty or too long.",
    "CONFIG_INVALID": "The config does not fit itself or the uploads it uses; `path` says where.",
}
describe_enum(
    CreateProductionErrorCode,
    "Why a production was not made.",
    CONFIG
    | {
        "UPLOAD_NOT_FOUND": "There is no such upload of the viewer's.",
        "UPLOAD_NOT_A_VIDEO": "The upload is not a video; images, sound and captions are used in `config`.",
        "UPLOAD_NOT_READY": "The upload is not READY.",
        "IDEMPOTENCY_KEY_INVALID": "The key is empty or too long.",
        "IDEMPOTENCY_KEY_REUSED": "The key was used with another input.",
    },
)
describe_enum(
    UpdateProductionErrorCode,
    "Why a production was not changed.",
    NOT_FOUND | CONFIG,
)
describe_enum(
    CancelProductionErrorCode,
    "Why a production was not cancelled.",
    NOT_FOUND | {"PRODUCTION_FINISHED": "The render ended already."},
)
describe_enum(
    RetryProductionErrorCode,
    "Why a production was not retried.",
    NOT_FOUND | {"PRODUCTION_NOT_FAILED": "Only FAILED or CANCELED productions are retried."},
)
describe_enum(
    RestoreRenderErrorCode,
    "Why an earlier render was not restored.",
    NOT_FOUND
    | {
        "RENDER_NOT_FOUND": "The production has no render of this number.",
        "RENDER_NOT_COMPLETED": "That render has nothing to play.",
    },
)
describe_enum(
    DeleteProductionErrorCode,
    "Why a production was not deleted.",
    NOT_FOUND | {"PRODUCTION_RENDERING": "A render is under way; cancel it first."},
)

CODE = "What is wrong, for programs."
ERRORS = "What was wrong; empty when it was done."
PRODUCTION = "The production; null when it was refused."
PRODUCTION_ID = "Which production."


@strawberry.input(description="What to make a production of.")
class CreateProductionInput:
    upload_id: strawberry.ID = strawberry.field(description="A READY video upload of the viewer's.")
    title: str | None = strawberry.field(default=None, description="Its title; the upload's where not given.")
    config: ProductionConfigInput | None = strawberry.field(
        default=None, description="What to make of it; the defaults."
    )
    idempotency_key: str | None = strawberry.field(
        default=None, description="Any string; the same key and input again returns the first result."
    )


@strawberry.type(description="Why a production was not made.")
class CreateProductionUserError(UserError):
    code: CreateProductionErrorCode = strawberry.field(description=CODE)


@strawberry.type(description="The outcome of createProduction.")
class CreateProductionPayload:
    production: Production | None = strawberry.field(default=None, description=PRODUCTION)
    user_errors: list[CreateProductionUserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.input(description="What to change of a production.")
class UpdateProductionInput:
    production_id: strawberry.ID = strawberry.field(description=PRODUCTION_ID)
    title: str | None = strawberry.field(default=None, description="Another title.")
    config: ProductionConfigInput | None = strawberry.field(
        default=None,
        description="Another config, whole: it replaces the present one and is rendered at once. A render"
        " that is under way is superseded, and the last completed one plays until the new one is done.",
    )


@strawberry.type(description="Why a production was not changed.")
class UpdateProductionUserError(UserError):
    code: UpdateProductionErrorCode = strawberry.field(description=CODE)


@strawberry.type(description="The outcome of updateProduction.")
class UpdateProductionPayload:
    production: Production | None = strawberry.field(default=None, description=PRODUCTION)
    user_errors: list[UpdateProductionUserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.input(description="Which production to cancel.")
class CancelProductionInput:
    production_id: strawberry.ID = strawberry.field(description=PRODUCTION_ID)


@strawberry.type(description="Why a production was not cancelled.")
class CancelProductionUserError(UserError):
    code: CancelProductionErrorCode = strawberry.field(description=CODE)


@strawberry.type(description="The outcome of cancelProduction; the status follows when the render stopped.")
class CancelProductionPayload:
    production: Production | None = strawberry.field(default=None, description=PRODUCTION)
    user_errors: list[CancelProductionUserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.input(description="Which production to render again.")
class RetryProductionInput:
    production_id: strawberry.ID = strawberry.field(description=PRODUCTION_ID)


@strawberry.type(description="Why a production was not retried.")
class RetryProductionUserError(UserError):
    code: RetryProductionErrorCode = strawberry.field(description=CODE)


@strawberry.type(description="The outcome of retryProduction.")
class RetryProductionPayload:
    production: Production | None = strawberry.field(default=None, description=PRODUCTION)
    user_errors: list[RetryProductionUserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.input(
    description="Which completed render to go back to: it plays at once, and its config is back."
)
class RestoreRenderInput:
    production_id: strawberry.ID = strawberry.field(description=PRODUCTION_ID)
    number: int = strawberry.field(description="The render's number.")


@strawberry.type(description="Why an earlier render was not restored.")
class RestoreRenderUserError(UserError):
    code: RestoreRenderErrorCode = strawberry.field(description=CODE)


@strawberry.type(description="The outcome of restoreRender.")
class RestoreRenderPayload:
    production: Production | None = strawberry.field(default=None, description=PRODUCTION)
    user_errors: list[RestoreRenderUserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.input(description="Which production to delete.")
class DeleteProductionInput:
    production_id: strawberry.ID = strawberry.field(description=PRODUCTION_ID)


@strawberry.type(description="Why a production was not deleted.")
class DeleteProductionUserError(UserError):
    code: DeleteProductionErrorCode = strawberry.field(description=CODE)


@strawberry.type(description="The outcome of deleteProduction; the files are removed right after.")
class DeleteProductionPayload:
    deleted_production_id: strawberry.ID | None = strawberry.field(
        default=None, description="What was deleted; null when it was refused."
    )
    user_errors: list[DeleteProductionUserError] = strawberry.field(default_factory=list, description=ERRORS)
