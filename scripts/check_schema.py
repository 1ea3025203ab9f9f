"""Fails when schema.graphql is not what the code says, or an element of it has no description."""

import sys
from collections.abc import Iterator
from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    is_specified_scalar_type,
)

from server.graphql import build_schema as build

ROOT = Path(__file__).parent.parent


def undescribed(schema: GraphQLSchema) -> Iterator[str]:
    """Every type, field, argument and enum value without a sentence."""
    for name, kind in schema.type_map.items():
        if name.startswith("__") or is_specified_scalar_type(kind):
            continue
        if not kind.description:
            yield name
        if isinstance(kind, GraphQLEnumType):
            yield from (f"{name}.{value}" for value, told in kind.values.items() if not told.description)
        if isinstance(kind, GraphQLInputObjectType):
            yield from (f"{name}.{field}" for field, told in kind.fields.items() if not told.description)
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for field, told in kind.fields.items():
                if not told.description:
                    yield f"{name}.{field}"
                yield from (f"{name}.{field}({a}:)" for a, arg in told.args.items() if not arg.description)


def main() -> int:
    sdl = build(max_depth=15).as_str() + "\n"
    found = [f"no description: {element}" for element in undescribed(build_schema(sdl))]
    kept = ROOT / "schema.graphql"
    if not kept.exists() or kept.read_text() != sdl:
        found.append("schema.graphql is not what the code says: run `make schema`")
    print("\n".join(found) or "schema.graphql is up to date and described")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
