import strawberry

from models.statuses import SpaceRole, SpaceVisibility
from schema.enums import describe_enum
from schema.errors import UserError
from schema.spaces import Space, SpaceMember
from services.add_space_member import AddSpaceMemberErrorCode
from services.create_space import CreateSpaceErrorCode
from services.delete_space import DeleteSpaceErrorCode
from services.remove_space_member import RemoveSpaceMemberErrorCode
from services.update_space import UpdateSpaceErrorCode
from services.update_space_member import UpdateSpaceMemberErrorCode

REFUSED = {
    "SPACE_NOT_FOUND": "There is no such space for the viewer.",
    "PERMISSION_DENIED": "Only an OWNER of the space may do this.",
}
TEXTS = {
    "NAME_INVALID": "The name is empty or too long.",
    "DESCRIPTION_INVALID": "The description is too long.",
}
MEMBERS = {
    "MEMBER_NOT_FOUND": "The user is not a member of the space.",
    "LAST_OWNER": "A space keeps at least one OWNER.",
}
describe_enum(
    CreateSpaceErrorCode,
    "Why a space was not made.",
    TEXTS
    | {
        "SLUG_INVALID": "The slug has characters that a link should not have.",
        "SLUG_TAKEN": "Another space has this slug.",
        "IDEMPOTENCY_KEY_INVALID": "The key is empty or too long.",
        "IDEMPOTENCY_KEY_REUSED": "The key was used with another input.",
    },
)
describe_enum(UpdateSpaceErrorCode, "Why a space was not changed.", REFUSED | TEXTS)
describe_enum(DeleteSpaceErrorCode, "Why a space was not deleted.", REFUSED)
describe_enum(
    AddSpaceMemberErrorCode,
    "Why nobody was added.",
    REFUSED
    | {
        "USER_NOT_FOUND": "No user has this e-mail address.",
        "ALREADY_A_MEMBER": "The user is a member already.",
    },
)
describe_enum(UpdateSpaceMemberErrorCode, "Why a member's role was not changed.", REFUSED | MEMBERS)
describe_enum(RemoveSpaceMemberErrorCode, "Why nobody was removed.", REFUSED | MEMBERS)

CODE = "What is wrong, for programs."
ERRORS = "What was wrong; empty when it was done."
SPACE = "The space; null when it was refused."
SPACE_ID = "Which space."


@strawberry.input(description="What the new space is like.")
class CreateSpaceInput:
    name: str = strawberry.field(description="What it is called.")
    slug: str | None = strawberry.field(
        default=None, description="Its name in links; made from the name where not given."
    )
    description: str = strawberry.field(default="", description="What it is for.")
    visibility: SpaceVisibility = strawberry.field(
        default=SpaceVisibility.MEMBERS, description="Who may see it."
    )
    idempotency_key: str | None = strawberry.field(
        default=None, description="Any string; the same key and input again returns the first result."
    )


@strawberry.type(description="Why a space was not made.")
class CreateSpaceUserError(UserError):
    code: CreateSpaceErrorCode = strawberry.field(description=CODE)


@strawberry.type(description="The outcome of createSpace.")
class CreateSpacePayload:
    space: Space | None = strawberry.field(default=None, description=SPACE)
    user_errors: list[CreateSpaceUserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.input(description="What to change of a space.")
class UpdateSpaceInput:
    space_id: strawberry.ID = strawberry.field(description=SPACE_ID)
    name: str | None = strawberry.field(default=None, description="Another name.")
    description: str | None = strawberry.field(default=None, description="Another description.")
    visibility: SpaceVisibility | None = strawberry.field(default=None, description="Who may see it.")


@strawberry.type(description="Why a space was not changed.")
class UpdateSpaceUserError(UserError):
    code: UpdateSpaceErrorCode = strawberry.field(description=CODE)


@strawberry.type(description="The outcome of updateSpace.")
class UpdateSpacePayload:
    space: Space | None = strawberry.field(default=None, description=SPACE)
    user_errors: list[UpdateSpaceUserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.input(description="Which space to delete.")
class DeleteSpaceInput:
    space_id: strawberry.ID = strawberry.field(description=SPACE_ID)


@strawberry.type(description="Why a space was not deleted.")
class DeleteSpaceUserError(UserError):
    code: DeleteSpaceErrorCode = strawberry.field(description=CODE)


@strawberry.type(description="The outcome of deleteSpace.")
class DeleteSpacePayload:
    deleted_space_id: strawberry.ID | None = strawberry.field(
        default=None, description="What was deleted; null when it was refused."
    )
    user_errors: list[DeleteSpaceUserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.input(description="Whom to make a member.")
class AddSpaceMemberInput:
    space_id: strawberry.ID = strawberry.field(description=SPACE_ID)
    email: str = strawberry.field(description="The user's e-mail address.")
    role: SpaceRole = strawberry.field(default=SpaceRole.VIEWER, description="What they may do.")


@strawberry.type(description="Why nobody was added.")
class AddSpaceMemberUserError(UserError):
    code: AddSpaceMemberErrorCode = strawberry.field(description=CODE)


@strawberry.type(description="The outcome of addSpaceMember.")
class AddSpaceMemberPayload:
    space_member: SpaceMember | None = strawberry.field(
        default=None, description="The membership; null when it was refused."
    )
    user_errors: list[AddSpaceMemberUserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.input(description="Whose role to change.")
class UpdateSpaceMemberInput:
    space_id: strawberry.ID = strawberry.field(description=SPACE_ID)
    user_id: strawberry.ID = strawberry.field(description="Which member.")
    role: SpaceRole = strawberry.field(description="What they may do from now on.")


@strawberry.type(description="Why a member's role was not changed.")
class UpdateSpaceMemberUserError(UserError):
    code: UpdateSpaceMemberErrorCode = strawberry.field(description=CODE)


@strawberry.type(description="The outcome of updateSpaceMember.")
class UpdateSpaceMemberPayload:
    space_member: SpaceMember | None = strawberry.field(
        default=None, description="The membership; null when it was refused."
    )
    user_errors: list[UpdateSpaceMemberUserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.input(description="Whose membership to end.")
class RemoveSpaceMemberInput:
    space_id: strawberry.ID = strawberry.field(description=SPACE_ID)
    user_id: strawberry.ID = strawberry.field(description="Which member; oneself to leave.")


@strawberry.type(description="Why nobody was removed.")
class RemoveSpaceMemberUserError(UserError):
    code: RemoveSpaceMemberErrorCode = strawberry.field(description=CODE)


@strawberry.type(description="The outcome of removeSpaceMember.")
class RemoveSpaceMemberPayload:
    space: Space | None = strawberry.field(default=None, description=SPACE)
    user_errors: list[RemoveSpaceMemberUserError] = strawberry.field(default_factory=list, description=ERRORS)
