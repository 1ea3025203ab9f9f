"""`airdate explain`: what the server's plans would do for a document."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from graphql import GraphQLError, GraphQLSyntaxError, OperationDefinitionNode, parse

import models
from planner.explain import Costs, Explanation, VariablesDoNotFit, analyzed, explained
from server.database import NOWHERE, open_database
from server.graphql import MOST_ALIASES, build_schema
from server.operations import Prepared, Refused
from server.operations.documents import MAX_COMMENTS, MAX_TOKENS, Documents
from server.operations.reads import planner_of
from server.outage import is_outage
from server.size_limit import Size, sizes_of
from services.viewer import ANONYMOUS, Viewer


class CannotExplain(Exception):
    """What was asked for makes no sense, and why."""


class DatabaseAway(Exception):
    """There is no asking it."""


@dataclass(frozen=True)
class Question:
    """What a person asks. `max_depth` is the limit of documents."""

    document: str
    variables: dict[str, Any]
    is_signed_in: bool
    max_depth: int
    user: str | None = None
    """Whose e-mail address it is who asks."""
    database_url: str | None = None
    """Where statements are to be carried out and analyzed, if they are."""


def read_document(given: str) -> str:
    """The text given, or that of `@file`, or for `-` of standard input. Raises CannotExplain."""
    if given == "-":
        return sys.stdin.read()
    if not given.startswith("@"):
        return given
    try:
        return Path(given[1:]).read_text()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise CannotExplain(f"cannot read {given[1:]}: {why}") from error


def read_variables(given: str) -> dict[str, Any]:
    """Raises CannotExplain for what is no JSON object."""
    try:
        variables = json.loads(given)
    except ValueError as error:
        raise CannotExplain(f"the variables are no JSON: {error}") from error
    if not isinstance(variables, dict):
        raise CannotExplain("the variables are no JSON object")
    return variables


async def explain(question: Question) -> str:
    """The plan of each operation, in words. Raises CannotExplain and DatabaseAway."""
    async with open_database(question.database_url or NOWHERE):
        try:
            return await explain_operations(question)
        except Exception as error:
            if is_outage(error):
                raise DatabaseAway(repr(error)) from error
            raise


async def explain_operations(question: Question) -> str:
    """The same, where Tortoise is set up."""
    schema = build_schema(max_depth=question.max_depth)
    planner = planner_of(schema)
    documents = Documents(schema, planner)
    try:
        prepared = [documents.prepare(question.document, name) for name in _names(question.document)]
    except Refused as refused:
        raise CannotExplain("the document is refused:\n" + _in_lines(refused.errors)) from refused
    viewer = await _viewer(question)
    context = SimpleNamespace(viewer=viewer)
    kind = planner.subject.kind_of(context)
    sizes = sizes_of(schema._schema, prepared[0].document)
    told = []
    for each, size in zip(prepared, sizes, strict=True):
        try:
            explanation = explained(planner, each.reads, question.variables, kind)
        except VariablesDoNotFit as wrong:
            raise CannotExplain(f"the variables do not fit {_title(each)}: {wrong}") from wrong
        costs: Costs | None = None
        if question.database_url is not None and explanation.statements and each.reads.is_query:
            costs = await analyzed(planner, each.reads, question.variables, context)
        told.append(_told(question, each, size, explanation, costs))
    return "\n\n\n".join(told)


def _told(
    question: Question, prepared: Prepared, size: Size, explanation: Explanation, costs: Costs | None
) -> str:
    who = question.user or ("somebody" if question.is_signed_in else "nobody")
    lines = [
        f"{_title(prepared)}, for {who}",
        f"size: {size.depth} of {question.max_depth} deep, {size.aliases} of {MOST_ALIASES} aliases",
        "",
        explanation.text(costs),
    ]
    if question.database_url is not None and prepared.reads.is_mutation:
        lines += ["", "not analyzed: a mutation is not carried out"]
    return "\n".join(lines)


def _title(prepared: Prepared) -> str:
    operation = prepared.operation
    name = operation.name.value if operation.name else ""
    return f"{operation.operation.value} {name}".rstrip()


def _names(document: str) -> list[str | None]:
    """Those of its operations. Raises Refused for what does not parse, and CannotExplain for none."""
    try:
        parsed = parse(document, max_lexical_tokens=MAX_TOKENS, max_comments=MAX_COMMENTS)
    except GraphQLSyntaxError as error:
        raise Refused([error]) from None
    found = [node for node in parsed.definitions if isinstance(node, OperationDefinitionNode)]
    if not found:
        raise CannotExplain("the document has no operation")
    return [node.name.value if node.name else None for node in found]


async def _viewer(question: Question) -> Viewer:
    """Raises CannotExplain where there is no such user."""
    if question.user is None:
        return Viewer(uuid4()) if question.is_signed_in else ANONYMOUS
    user = await models.User.filter(email__iexact=question.user.strip()).first()
    if user is None:
        raise CannotExplain(f"no user has the e-mail address {question.user}")
    return Viewer(user.id)


def _in_lines(errors: Sequence[GraphQLError]) -> str:
    lines = []
    for error in errors:
        places = [f"{place.line}:{place.column} " for place in (error.locations or [])[:1]]
        lines.append(f"  {''.join(places)}{error.message}")
    return "\n".join(lines)
