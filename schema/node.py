import base64
import binascii
from functools import lru_cache
from uuid import UUID

import strawberry

from services.errors import BadInput


@strawberry.interface(description="Anything with an id that is unique across all types.")
class Node:
    id: strawberry.ID = strawberry.field(description="Opaque and unique across all types.")


@lru_cache(maxsize=10_000)
def global_id(type_name: str, row_id: UUID) -> strawberry.ID:
    packed = f"{type_name}:{row_id}".encode()
    return strawberry.ID(base64.urlsafe_b64encode(packed).decode().rstrip("="))


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
