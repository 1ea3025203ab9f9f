"""What a mutation's resolver may know of what is selected of its payload."""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLResolveInfo
from strawberry.types import Info
from tortoise.models import Model

Needed = Mapping[type[Model], tuple[str, ...]]
"""By table, the fields that are read of a payload's rows, where these are all that is."""


class MutationInfo(GraphQLResolveInfo[Any]):
    """graphql-core's, from a plan."""

    needed: Needed


def needed_columns(info: Info[Any, Any], model: type[Model]) -> tuple[str, ...] | None:
    """The fields of that table's rows, in their order, without which the payload cannot be told, among them
    the primary key; None for all of them. A resolver that answers rows with no more saves the rest."""
    raw = info._raw_info
    return raw.needed.get(model) if isinstance(raw, MutationInfo) else None
