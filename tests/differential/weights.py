"""What is asked for more often than another field of its type, and what seldom: it costs much, or no plan
covers it."""

from functools import cache

from graphql import GraphQLCompositeType, GraphQLField, get_named_type, is_leaf_type

WEIGHTS = {
    "Query": {"viewer": 6, "node": 4, "uploads": 2, "productions": 2, "spaces": 2, "space": 2},
    "Viewer": {"uploads": 4, "productions": 3, "spaces": 3},
    "Upload": {"productions": 4, "publications": 3, "owner": 2},
    "Production": {"publications": 5, "upload": 2, "owner": 2, "renders": 2, "render": 2, "outputs": 2},
    "Publication": {"space": 2, "production": 3},
    "Space": {"publications": 4, "members": 2},
    "Connection": {"nodes": 4, "edges": 3, "pageInfo": 3, "totalCount": 2},
    # Those that a user may mostly do.
    "Mutation": dict.fromkeys(("updateUpload", "updateProduction", "updateSpace", "publish"), 6)
    | dict.fromkeys(("createUpload", "createProduction", "createSpace", "restoreRender"), 3),
    "Payload": dict.fromkeys(("upload", "production", "publications", "space", "spaceMember"), 4),
}
SELDOM = {"productionPreview", "transfer", "publishOptions", "estimate", "history", "__schema"}
LEAST = {"Query": 2, "Connection": 2, "PageInfo": 3}


def least_of(on: GraphQLCompositeType) -> int:
    """How many fields are asked for at least, where one alone says little."""
    return LEAST.get(_kind_of(on), 1)


@cache
def fields_of(on: GraphQLCompositeType, is_exotic: bool) -> tuple[list[str], list[str]]:
    """The names of a type's leaves, and of its other fields: those asked for often several times."""
    fields: dict[str, GraphQLField] = dict(getattr(on, "fields", {}))
    weights = WEIGHTS.get(_kind_of(on), {})
    names = [name for name in fields if is_exotic or name not in SELDOM for _ in range(weights.get(name, 1))]
    leaves = [name for name in names if is_leaf_type(get_named_type(fields[name].type))]
    others = [name for name in names if not is_leaf_type(get_named_type(fields[name].type))]
    if on.name == "Query" and is_exotic:
        others.append("__schema")
    return [*leaves, "__typename"], others


def _kind_of(on: GraphQLCompositeType) -> str:
    return next((kind for kind in ("Connection", "Payload") if on.name.endswith(kind)), on.name)
