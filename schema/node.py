import base64
import binascii
from collections.abc import Callable
from functools import cache
from uuid import UUID

import strawberry

from services.errors import BadInput

UUID_LENGTH = 36


@strawberry.interface(description="Anything with an id that is unique across all types.")
class Node:
    id: strawberry.ID = strawberry.field(description="Opaque and unique across all types.")


def global_id(type_name: str, row_id: UUID) -> strawberry.ID:
    return strawberry.ID(id_writer(type_name)(row_id))


@cache
def id_writer(type_name: str) -> Callable[[UUID], str]:
    """Writes a type's ids: URL-safe base64 of `Type:uuid`, in which neither `+` nor `/` can stand, since its
    characters are ASCII and none is `>`, `?` or `~` (RFC 4648, section 4)."""
    prefix = f"{type_name}:"
    # Before the padding, and the newline that it costs time to do without.
    written = slice(-(-4 * (len(prefix) + UUID_LENGTH) // 3))

    def write(row_id: UUID) -> str:
        return binascii.b2a_base64((prefix + str(row_id)).encode())[written].decode()

    return write


def read_global_id(value: str) -> tuple[str, UUID]:
    """The type's name and the row's id. Raises BadInput for anything we did not make."""
    try:
        packed = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode()
        type_name, _, row_id = packed.partition(":")
        return type_name, UUID(row_id)
    except (ValueError, binascii.Error) as error:
        raise BadInput("This is not an id of this server.") from error


def row_id_of(value: str, type_name: str) -> UUID:
    """The row's id behind a global id of that type. Raises BadInput for another type's."""
    found, row_id = read_global_id(value)
    if found != type_name:
        raise BadInput(f"An id of type {type_name} is needed here.")
    return row_id
