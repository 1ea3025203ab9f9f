import re
import unicodedata
from enum import StrEnum

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

import models
from models.statuses import SpaceRole, SpaceVisibility
from services.errors import Refused, Unauthenticated, UserError, refuse
from services.idempotency import IdempotencyKeyRefused, first_result, remember
from services.viewer import Viewer

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
MAX_NAME = 200
MAX_DESCRIPTION = 2000


class CreateSpaceErrorCode(StrEnum):
    NAME_INVALID = "NAME_INVALID"
    DESCRIPTION_INVALID = "DESCRIPTION_INVALID"
    SLUG_INVALID = "SLUG_INVALID"
    SLUG_TAKEN = "SLUG_TAKEN"
    IDEMPOTENCY_KEY_INVALID = "IDEMPOTENCY_KEY_INVALID"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"


async def create_space(
    *,
    viewer: Viewer,
    name: str,
    slug: str | None = None,
    description: str = "",
    visibility: SpaceVisibility = SpaceVisibility.MEMBERS,
    idempotency_key: str | None = None,
) -> models.Space:
    """Make a space with the viewer as its OWNER; the slug is derived from the name where none is given."""
    if viewer.user_id is None:
        raise Unauthenticated
    slug = slug if slug is not None else derived_slug(name)
    _validate(name, slug, description)
    request = {"name": name, "slug": slug, "description": description, "visibility": visibility}
    codes = CreateSpaceErrorCode
    try:
        async with in_transaction():
            known = await first_result(viewer, "createSpace", idempotency_key, request, models.Space)
            if known is not None:
                return known
            space = await models.Space.create(
                name=name.strip(), slug=slug, description=description, visibility=visibility
            )
            await models.SpaceMember.create(space_id=space.id, user_id=viewer.user_id, role=SpaceRole.OWNER)
            await remember(viewer, "createSpace", idempotency_key, request, space.id)
    except IdempotencyKeyRefused as refused:
        raise refuse(codes(refused.code), str(refused), "input", "idempotencyKey") from refused
    except IntegrityError as taken:
        message = f"The slug “{slug}” is taken."
        raise refuse(codes.SLUG_TAKEN, message, "input", "slug") from taken
    return space


def derived_slug(name: str) -> str:
    """Lower-case ASCII words of the name joined by hyphens; `space` where none are left."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", ascii_name.lower())
    return "-".join(words)[:60].strip("-") or "space"


def _validate(name: str, slug: str, description: str) -> None:
    codes = CreateSpaceErrorCode
    errors = []
    if not 1 <= len(name.strip()) <= MAX_NAME:
        message = f"A name has 1 to {MAX_NAME} characters."
        errors.append(UserError(codes.NAME_INVALID, message, ("input", "name")))
    if len(description) > MAX_DESCRIPTION:
        message = f"A description has at most {MAX_DESCRIPTION} characters."
        errors.append(UserError(codes.DESCRIPTION_INVALID, message, ("input", "description")))
    if not SLUG.fullmatch(slug):
        message = "A slug has 1 to 60 characters: a to z, 0 to 9 and hyphens inside."
        errors.append(UserError(codes.SLUG_INVALID, message, ("input", "slug")))
    if errors:
        raise Refused(*errors)
