"""How many statements the usual mutations take with what their payloads tell, beside BEGIN and COMMIT, which
one statement that is whole by itself does without."""

import orjson
import pytest
from tortoise.backends.asyncpg.client import TransactionWrapper

from models.statuses import PublicationStatus, SpaceRole
from server.graphql import build_schema
from server.operations import OperationRequest
from tests.differential.answers import Server
from tests.factories import (
    add_member,
    id_of,
    make_production,
    make_publication,
    make_space,
    make_upload,
    make_user,
    viewer_of,
)
from tests.statements import statements_sent

SCHEMA = build_schema(max_depth=15)
ERRORS = "userErrors { code message path }"
UPLOAD, PRODUCTION = "upload { id title status updatedAt }", "production { id title status }"
SPACE, MEMBER = "space { id name slug }", "spaceMember { role user { id name } }"
MUTATIONS = {
    "createUpload": (
        '{filename: "a.png", contentType: "image/png", byteSize: 9}',
        UPLOAD,
        2,
    ),
    "updateUpload": ('{uploadId: "%(upload)s", title: "Another"}', UPLOAD, 1),
    "updateUpload, and more": ('{uploadId: "%(upload)s", title: "A"}', "upload { owner { name } }", 2),
    "deleteUpload": ('{uploadId: "%(unused)s"}', "deletedUploadId", 7),
    "createProduction": ('{uploadId: "%(upload)s"}', PRODUCTION, 8),
    "updateProduction": ('{productionId: "%(production)s", title: "Another"}', PRODUCTION, 4),
    "deleteProduction": ('{productionId: "%(production)s"}', "deletedProductionId", 7),
    "publish": ('{productionId: "%(production)s", spaceIds: ["%(space)s"]}', "publications { id status }", 8),
    "unpublish": ('{productionId: "%(shown)s", spaceIds: ["%(space)s"]}', "publications { id status }", 6),
    "createSpace": ('{name: "A space", slug: "a-space-%(number)s"}', SPACE, 2),
    "updateSpace": ('{spaceId: "%(space)s", name: "Another"}', SPACE, 3),
    "deleteSpace": ('{spaceId: "%(empty)s"}', "deletedSpaceId", 5),
    "addSpaceMember": ('{spaceId: "%(space)s", email: "%(email)s", role: VIEWER}', MEMBER, 6),
    "updateSpaceMember": ('{spaceId: "%(space)s", userId: "%(member)s", role: PUBLISHER}', MEMBER, 5),
    "removeSpaceMember": ('{spaceId: "%(space)s", userId: "%(member)s"}', SPACE, 4),
}


@pytest.fixture
async def rows():
    """What the mutations are about, and their owner."""
    user, bob, eve = [await make_user(name) for name in ("Ada", "Bob", "Eve")]
    upload, unused, space, empty = (
        await make_upload(user),
        await make_upload(user),
        await make_space(user),
        await make_space(user),
    )
    production, shown = await make_production(user, upload=upload), await make_production(user, upload=upload)
    await make_publication(shown, space, PublicationStatus.LIVE)
    await add_member(space, bob, SpaceRole.VIEWER)
    named = {"upload": upload, "unused": unused, "space": space, "empty": empty, "member": bob}
    named |= {"production": production, "shown": shown}
    ids = {name: id_of(row) for name, row in named.items()}
    return viewer_of(user), {**ids, "email": eve.email, "number": user.email.partition("@")[0]}


@pytest.fixture
def begun(monkeypatch):
    """The transactions."""
    begin, begun = TransactionWrapper.begin, []

    async def noted(self):
        begun.append(self)
        await begin(self)

    monkeypatch.setattr(TransactionWrapper, "begin", noted)
    return begun


@pytest.mark.parametrize("name", MUTATIONS)
async def test_a_mutation_takes_so_many_statements(gateways, rows, begun, name):
    server, (viewer, ids) = Server(SCHEMA, gateways), rows
    given, selected, count = MUTATIONS[name]
    field = name.partition(",")[0]
    text = f"mutation {{ {field}(input: {given % ids}) {{ {selected} {ERRORS} }} }}"
    with statements_sent() as sent:
        answer = orjson.loads(await server.answer(OperationRequest(query=text), viewer))
    assert answer["data"][field]["userErrors"] == []
    assert (len(sent), server.counts.fell_back) == (count, {})
    assert len(begun) == (0 if field == "updateUpload" else 1)
