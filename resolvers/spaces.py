from typing import Annotated
from uuid import UUID

import strawberry

import models
from planner.declared import one
from schema import space_mutations as words
from schema.connection import After, First
from schema.context import Info
from schema.errors import user_errors
from schema.given import Given
from schema.lists import lists_spaces
from schema.node import global_id, row_id_of
from schema.spaces import Space, SpaceConnection, SpaceFilterInput, SpaceMember, chosen_spaces
from services.add_space_member import add_space_member as add_space_member_service
from services.create_space import create_space as create_space_service
from services.delete_space import delete_space as delete_space_service
from services.errors import BadInput, Refused
from services.list_spaces import list_spaces
from services.remove_space_member import remove_space_member as remove_space_member_service
from services.rows.pages import PageRequest
from services.rows.visible_rows import visible_rows
from services.update_space import update_space as update_space_service
from services.update_space_member import update_space_member as update_space_member_service

SpaceId = Annotated[strawberry.ID | None, strawberry.argument(description="The space's id.")]
Slug = Annotated[str | None, strawberry.argument(description="Or its slug.")]


def named_space(id: str | None = None, slug: str | None = None) -> dict[str, UUID | str]:
    """The field that names a space, with its value. Raises BadInput unless there is exactly one."""
    if id is not None and slug is None:
        return {"id": row_id_of(id, "Space")}
    if slug is not None and id is None:
        return {"slug": slug}
    raise BadInput("Name a space by its id or by its slug.")


@one(named_space)
async def space(info: Info, id: SpaceId = None, slug: Slug = None) -> Space | None:
    row = await visible_rows(info.context.viewer, models.Space).filter(**named_space(id, slug)).first()
    return Space.from_row(row) if row else None


@lists_spaces(chosen=chosen_spaces)
async def spaces(
    info: Info,
    first: First = None,
    after: After = None,
    filter: Annotated[SpaceFilterInput | None, strawberry.argument(description="Which ones.")] = None,
) -> SpaceConnection:
    page = await list_spaces(
        viewer=info.context.viewer,
        page=PageRequest(first, after),
        filter=chosen_spaces(filter)[0],
    )
    return SpaceConnection.of(page, Space.from_row)


async def create_space(info: Info, input: Given[words.CreateSpaceInput]) -> words.CreateSpacePayload:
    try:
        row = await create_space_service(
            viewer=info.context.viewer,
            name=input.name,
            slug=input.slug,
            description=input.description,
            visibility=input.visibility,
            idempotency_key=input.idempotency_key,
        )
    except Refused as refusal:
        return words.CreateSpacePayload(user_errors=user_errors(refusal, words.CreateSpaceUserError))
    return words.CreateSpacePayload(space=Space.from_row(row))


async def update_space(info: Info, input: Given[words.UpdateSpaceInput]) -> words.UpdateSpacePayload:
    try:
        row = await update_space_service(
            viewer=info.context.viewer,
            space_id=_space_id(input),
            name=input.name,
            description=input.description,
            visibility=input.visibility,
        )
    except Refused as refusal:
        return words.UpdateSpacePayload(user_errors=user_errors(refusal, words.UpdateSpaceUserError))
    return words.UpdateSpacePayload(space=Space.from_row(row))


async def delete_space(info: Info, input: Given[words.DeleteSpaceInput]) -> words.DeleteSpacePayload:
    try:
        deleted = await delete_space_service(
            viewer=info.context.viewer, bus=info.context.gateways.bus, space_id=_space_id(input)
        )
    except Refused as refusal:
        return words.DeleteSpacePayload(user_errors=user_errors(refusal, words.DeleteSpaceUserError))
    return words.DeleteSpacePayload(deleted_space_id=global_id("Space", deleted))


async def add_space_member(
    info: Info, input: Given[words.AddSpaceMemberInput]
) -> words.AddSpaceMemberPayload:
    try:
        row = await add_space_member_service(
            viewer=info.context.viewer, space_id=_space_id(input), email=input.email, role=input.role
        )
    except Refused as refusal:
        return words.AddSpaceMemberPayload(user_errors=user_errors(refusal, words.AddSpaceMemberUserError))
    return words.AddSpaceMemberPayload(space_member=SpaceMember.from_row(row))


async def update_space_member(
    info: Info, input: Given[words.UpdateSpaceMemberInput]
) -> words.UpdateSpaceMemberPayload:
    try:
        row = await update_space_member_service(
            viewer=info.context.viewer,
            space_id=_space_id(input),
            user_id=row_id_of(input.user_id, "User"),
            role=input.role,
        )
    except Refused as refusal:
        return words.UpdateSpaceMemberPayload(
            user_errors=user_errors(refusal, words.UpdateSpaceMemberUserError)
        )
    return words.UpdateSpaceMemberPayload(space_member=SpaceMember.from_row(row))


async def remove_space_member(
    info: Info, input: Given[words.RemoveSpaceMemberInput]
) -> words.RemoveSpaceMemberPayload:
    try:
        row = await remove_space_member_service(
            viewer=info.context.viewer,
            space_id=_space_id(input),
            user_id=row_id_of(input.user_id, "User"),
        )
    except Refused as refusal:
        return words.RemoveSpaceMemberPayload(
            user_errors=user_errors(refusal, words.RemoveSpaceMemberUserError)
        )
    return words.RemoveSpaceMemberPayload(space=Space.from_row(row))


def _space_id(
    input: words.UpdateSpaceInput
    | words.DeleteSpaceInput
    | words.AddSpaceMemberInput
    | words.UpdateSpaceMemberInput
    | words.RemoveSpaceMemberInput,
) -> UUID:
    return row_id_of(input.space_id, "Space")
