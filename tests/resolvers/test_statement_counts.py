"""A list of lists costs the same number of statements however many rows it has: every list of the schema."""

import pytest
from graphql import GraphQLList, GraphQLNamedType, GraphQLObjectType, get_named_type, get_nullable_type

import models
from models.statuses import PublicationStatus, SpaceRole
from server.graphql import build_schema
from server.operations import OperationRequest
from tests.differential.answers import Server
from tests.factories import (
    add_member,
    make_production,
    make_publication,
    make_space,
    make_upload,
    make_user,
    viewer_of,
)
from tests.statements import statements_sent

SCHEMA = build_schema(max_depth=15)
UPLOADS = "uploads { nodes { %s } }"
PRODUCTIONS = "productions { nodes { %s } }"
SPACES = "spaces { nodes { %s } }"
PAGE = "{ totalCount edges { cursor node { %s } } pageInfo { hasNextPage endCursor } }"
LEVEL_BELOW = "title publications " + PAGE % "status space { name }"
LISTS = {
    "Query.uploads": f"uploads {PAGE % 'title owner { name }'}",
    "Query.productions": f"productions {PAGE % 'title owner { name } upload { title }'}",
    "Query.spaces": f"spaces {PAGE % 'name viewerRole'}",
    "Viewer.uploads": f"viewer {{ uploads {PAGE % 'title'} }}",
    "Viewer.productions": f"viewer {{ productions {PAGE % 'title'} }}",
    "Viewer.spaces": f"viewer {{ spaces {PAGE % 'name'} }}",
    "Upload.productions": UPLOADS % f"productions {PAGE % 'title owner { name }'}",
    "Upload.publications": UPLOADS % f"publications {PAGE % 'status space { name } production { title }'}",
    "Upload.publishOptions": UPLOADS % "publishOptions { canPublish space { name } publication { status } }",
    "Production.publications": PRODUCTIONS % f"publications {PAGE % 'status space { name viewerRole }'}",
    "Production.renders": PRODUCTIONS % "renders { number status }",
    "Production.history": PRODUCTIONS % "history { kind status }",
    "Production.outputs": PRODUCTIONS % "outputs { kind }",
    "Render.outputs": PRODUCTIONS % "render { outputs { kind } } renders { outputs { kind } }",
    "Render.warnings": PRODUCTIONS % "render { warnings { code } } renders { warnings { code } }",
    "ProductionConfig.lowerThirds": PRODUCTIONS % "config { lowerThirds { text } }",
    "ProductionConfig.captions": PRODUCTIONS % "config { captions { language } }",
    "Trim.keep": PRODUCTIONS % "config { trim { keep { startMs } } }",
    "Space.members": SPACES % f"members {PAGE % 'role user { name }'}",
    "Space.publications": SPACES % f"publications {PAGE % 'status production { title owner { name } }'}",
    "three levels": UPLOADS % f"productions {PAGE % LEVEL_BELOW}",
    "links": PRODUCTIONS % "posterUrl storyboardUrl playback { hlsUrl }",
    "estimates": PRODUCTIONS % "estimate { renderSeconds }",
}
# What it selects has resolvers that are not declared.
BY_GRAPHQL_CORE = {"Upload.publishOptions"}
# Of one upload under way, from the storage; and of a preview, which is of one config and reads one upload.
OF_ONE_THING = {"MultipartTransfer", "PresignedPost", "OverlayPreview", "ProductionPreview"}
OF_WORDS = {"ProductionPreviewWarning"}


def lists_of_the_schema() -> set[str]:
    """Every list and every connection, each once: a connection's own edges and nodes are its page."""
    return {
        f"{name}.{field}"
        for name, type_ in SCHEMA._schema.type_map.items()
        if isinstance(type_, GraphQLObjectType) and _is_read(type_)
        for field, definition in type_.fields.items()
        if isinstance(get_nullable_type(definition.type), GraphQLList)
        or get_named_type(definition.type).name.endswith("Connection")
    }


def _is_read(type_: GraphQLNamedType) -> bool:
    name = type_.name
    return not (
        name.startswith("__")
        or name.endswith(("Connection", "Payload", "UserError"))
        or name in OF_ONE_THING | OF_WORDS
    )


def test_no_list_is_left_out():
    assert lists_of_the_schema() <= set(LISTS)


async def add_rows(user: models.User, count: int) -> None:
    """Uploads of the user's, each with productions, each shown in spaces with members: as many of each."""
    spaces = [await make_space(user) for _ in range(count)]
    for space in spaces:
        for _ in range(count):
            await add_member(space, await make_user("Bob"), SpaceRole.VIEWER)
    for _ in range(count):
        upload = await make_upload(user)
        for _ in range(count):
            production = await make_production(user, upload=upload)
            for space in spaces:
                await make_publication(production, space, PublicationStatus.LIVE)


@pytest.mark.parametrize("field", LISTS)
async def test_more_rows_cost_no_more_statements(gateways, field):
    server, user = Server(SCHEMA, gateways), await make_user("Ada")
    request = OperationRequest(query=f"{{ {LISTS[field]} }}")
    counts, answers = [], []
    for added in (1, 2):
        await add_rows(user, added)
        with statements_sent() as sent:
            answers.append(await server.answer(request, viewer_of(user)))
        counts.append(len(sent))
    assert b'"errors"' not in answers[1]
    assert len(answers[1]) > 1.5 * len(answers[0])
    assert counts[0] == counts[1] > 0
    assert server.counts.planned == (0 if field in BY_GRAPHQL_CORE else 2)
