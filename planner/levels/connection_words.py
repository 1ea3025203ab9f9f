"""A connection's page as a dictionary, in the words of Relay's specification, as expressions of a level."""

from collections.abc import Callable

from graphql import GraphQLList, GraphQLObjectType, GraphQLOutputType, get_nullable_type

from planner.levels.connections import ConnectionLevel
from planner.levels.level import TABLE
from planner.not_planned import NotPlanned
from planner.selection.selecting import Selected, Selecting
from planner.sql.tables import key_of

Own = Callable[[ConnectionLevel, GraphQLOutputType, Selected], str]
# The order's value and the key of the row at hand.
CURSOR_OF = "o[0], k[0]"


def connection_code(
    level: ConnectionLevel,
    connection: GraphQLObjectType,
    selecting: Selecting,
    selected: Selected,
    own: Own,
) -> None:
    """Give the level its `answer`; `own` says what is made of a row of its. Raises NotPlanned."""
    entries = [
        f"{each.key!r}: {_value(level, connection, selecting, each, own)}"
        for each in selecting.of(connection, selected.details)
    ]
    level.answer = f"{{{', '.join(entries)}}}"


def _value(
    level: ConnectionLevel,
    connection: GraphQLObjectType,
    selecting: Selecting,
    selected: Selected,
    own: Own,
) -> str:
    if selected.name == "__typename":
        return repr(connection.name)
    if selected.name == "totalCount":
        level.reads_total = True
        return "t[0]"
    if selected.name == "nodes":
        level.reads_rows = True
        return level.each(own(level, _item(selected), selected))
    if selected.name == "edges":
        return _edges(level, selecting, selected, own)
    if selected.name == "pageInfo":
        return _page_info(level, selecting, selected)
    raise NotPlanned(f"{selected} is no word of a connection")


def _edges(level: ConnectionLevel, selecting: Selecting, selected: Selected, own: Own) -> str:
    edge = get_nullable_type(_item(selected))
    if not isinstance(edge, GraphQLObjectType):
        raise NotPlanned(f"{selected} is no list of edges")
    entries = []
    for each in selecting.of(edge, selected.details):
        if each.name == "__typename":
            value = repr(edge.name)
        elif each.name == "cursor":
            _write_cursors(level)
            value = f"w[0]({CURSOR_OF})"
        elif each.name == "node":
            value = own(level, each.field.type, each)
        else:
            raise NotPlanned(f"{each} is no word of an edge")
        entries.append(f"{each.key!r}: {value}")
    level.reads_rows = True
    return level.each(f"{{{', '.join(entries)}}}")


def _page_info(level: ConnectionLevel, selecting: Selecting, selected: Selected) -> str:
    """A dictionary that is there before the rows come and is told of them."""
    info = get_nullable_type(selected.field.type)
    if not isinstance(info, GraphQLObjectType):
        raise NotPlanned(f"{selected} is no page info")
    number = len(level.steps.opening)
    name, entries = f"p[{number}]", []
    for each in selecting.of(info, selected.details):
        value, entry = "None", f"{name}[{each.key!r}]"
        if each.name == "__typename":
            value = repr(info.name)
        elif each.name == "hasPreviousPage":
            value = "q[0].choice.continues"
        elif each.name == "hasNextPage":
            value = "False"
            level.reads_rows = level.reads_more = True
            level.steps.beyond.append(f"{entry} = True")
        elif each.name in ("startCursor", "endCursor"):
            level.reads_rows = True
            _write_cursors(level)
            is_wanted = f"if {entry} is None: " if each.name == "startCursor" else ""
            level.steps.taking.append(f"{is_wanted}{entry} = ({CURSOR_OF})")
            # Not before it is known which row is the last.
            level.steps.ending.append(f"for {name} in e[{number}]: {entry} = {entry} and w[0](*{entry})")
        else:
            raise NotPlanned(f"{each} is no word of a page info")
        entries.append(f"{each.key!r}: {value}")
    level.steps.beginning.append(f"e[{number}] = []")
    level.steps.opening.append(f"{name} = {{{', '.join(entries)}}}; e[{number}].append({name})")
    return name


def _write_cursors(level: ConnectionLevel) -> None:
    if not level.writes_cursors:
        level.writes_cursors = True
        level.column(TABLE, level.model, key_of(level.model))
        level.steps.beginning.append(f"w[0] = {level.name(level.writer)}(q[0].choice.order)")


def _item(selected: Selected) -> GraphQLOutputType:
    listed = get_nullable_type(selected.field.type)
    if not isinstance(listed, GraphQLList):
        raise NotPlanned(f"{selected} is no list")
    item: GraphQLOutputType = listed.of_type
    return item
