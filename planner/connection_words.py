"""A connection's page as a dictionary, in the words of Relay's specification, by generated code."""

from collections.abc import Callable

from graphql import GraphQLList, GraphQLObjectType, GraphQLOutputType, get_nullable_type

from planner.connections import ConnectionLevel
from planner.level import TABLE
from planner.not_planned import NotPlanned
from planner.selecting import Selected, Selecting
from planner.tables import key_of

Builds = Callable[[ConnectionLevel, GraphQLOutputType, Selected], int]
PAGE_INFO = {
    "hasNextPage": "more",
    "hasPreviousPage": "before",
    "startCursor": "(write(rows[start]) if start < stop else None)",
    "endCursor": "(write(rows[stop - 1]) if start < stop else None)",
}


def connection_code(
    level: ConnectionLevel,
    connection: GraphQLObjectType,
    selecting: Selecting,
    selected: Selected,
    builds: Builds,
) -> None:
    """Give the level its `connect`; `builds` makes builders of nodes. Raises NotPlanned."""
    entries = [
        f"{each.key!r}: {_value(level, connection, selecting, each, builds)}"
        for each in selecting.of(connection, selected.details)
    ]
    source = "def connect(objects, rows, start, stop, more, before, total, write):\n"
    source += f" return {{{', '.join(entries)}}}"
    level.connect_source = source


def _value(
    level: ConnectionLevel,
    connection: GraphQLObjectType,
    selecting: Selecting,
    selected: Selected,
    builds: Builds,
) -> str:
    if selected.name == "__typename":
        return repr(connection.name)
    if selected.name == "totalCount":
        level.reads_total = True
        return "total"
    if selected.name == "nodes":
        level.reads_rows = True
        return f"objects[{builds(level, _item(selected), selected)}][start:stop]"
    if selected.name == "edges":
        return _edges(level, selecting, selected, builds)
    if selected.name == "pageInfo":
        return _page_info(level, selecting, selected)
    raise NotPlanned(f"{selected} is no word of a connection")


def _edges(level: ConnectionLevel, selecting: Selecting, selected: Selected, builds: Builds) -> str:
    edge = get_nullable_type(_item(selected))
    if not isinstance(edge, GraphQLObjectType):
        raise NotPlanned(f"{selected} is no list of edges")
    entries = []
    for each in selecting.of(edge, selected.details):
        if each.name == "__typename":
            value = repr(edge.name)
        elif each.name == "cursor":
            _write_cursors(level)
            value = "write(rows[i])"
        elif each.name == "node":
            value = f"objects[{builds(level, each.field.type, each)}][i]"
        else:
            raise NotPlanned(f"{each} is no word of an edge")
        entries.append(f"{each.key!r}: {value}")
    level.reads_rows = True
    return f"[{{{', '.join(entries)}}} for i in range(start, stop)]"


def _page_info(level: ConnectionLevel, selecting: Selecting, selected: Selected) -> str:
    info = get_nullable_type(selected.field.type)
    if not isinstance(info, GraphQLObjectType):
        raise NotPlanned(f"{selected} is no page info")
    entries = []
    for each in selecting.of(info, selected.details):
        value = repr(info.name) if each.name == "__typename" else PAGE_INFO.get(each.name)
        if value is None:
            raise NotPlanned(f"{each} is no word of a page info")
        if each.name == "hasNextPage":
            level.reads_rows = level.reads_more = True
        if each.name in ("startCursor", "endCursor"):
            level.reads_rows = True
            _write_cursors(level)
        entries.append(f"{each.key!r}: {value}")
    return f"{{{', '.join(entries)}}}"


def _write_cursors(level: ConnectionLevel) -> None:
    level.writes_cursors = True
    level.column(TABLE, level.model, key_of(level.model))


def _item(selected: Selected) -> GraphQLOutputType:
    listed = get_nullable_type(selected.field.type)
    if not isinstance(listed, GraphQLList):
        raise NotPlanned(f"{selected} is no list")
    item: GraphQLOutputType = listed.of_type
    return item
