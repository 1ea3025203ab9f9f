"""A rename returns what its payload tells and no more, and tells the same, whoever completes it."""

from datetime import UTC, datetime

import orjson
import pytest

import models
from planner.payloads import PayloadPlan
from server.graphql import build_schema
from server.operations import OperationRequest
from tests.differential.answers import Oracle, Server
from tests.factories import id_of, make_upload, make_user, viewer_of
from tests.statements import statements_sent

SCHEMA = build_schema(max_depth=15)
EVERYTHING = "*"
SELECTED = {
    "upload { id title updatedAt }": '"id", "title", "updated_at"',
    "a: upload { id } upload { b: title ...Its } userErrors { code }": '"id", "title", "status"',
    "upload { __typename }": '"id"',
    "__typename": EVERYTHING,
    "upload { kind rejection { code message } byteSize }": '"id", "kind", "byte_size", "rejection_code", '
    '"rejection_message"',
    "upload { media { width } }": EVERYTHING,
    "upload { title owner { name } }": EVERYTHING,
    "upload { title productions { nodes { id } } }": EVERYTHING,
    "upload { title } more: upload { posterUrl }": EVERYTHING,
    "upload { id title publishOptions { canPublish } }": EVERYTHING,
}
MOMENT = datetime(2026, 5, 1, tzinfo=UTC)
ITS = "fragment Its on Upload { status }"


@pytest.fixture
async def rename():
    """A document of what is selected, and who asks."""
    user = await make_user()
    upload = await make_upload(user)

    def document(selected):
        given = f'{{uploadId: "{id_of(upload)}", title: "Another"}}'
        text = f"mutation {{ updateUpload(input: {given}) {{ {selected} }} }}"
        return OperationRequest(query=f"{text} {ITS}" if "...Its" in selected else text), viewer_of(user)

    return document


@pytest.mark.parametrize(("selected", "columns"), SELECTED.items())
async def test_no_more_columns_are_returned_than_are_told(gateways, rename, selected, columns):
    with statements_sent() as sent:
        answer = orjson.loads(await Server(SCHEMA, gateways).answer(*rename(selected)))
    assert "errors" not in answer
    found = sent[0].partition(" RETURNING ")[2]
    assert set(found.split(", ")) == ({"*"} if columns is EVERYTHING else {*columns.split(", "), '"id"'})
    assert (await models.Upload.first()).title == "Another"


@pytest.mark.parametrize("selected", SELECTED)
async def test_graphql_core_completes_what_a_plan_could_not_read(gateways, rename, monkeypatch, selected):
    server = Server(SCHEMA, gateways)
    oracle = Oracle(SCHEMA, gateways, server.operations._documents)

    async def fail(*_):
        raise LookupError("a bug")

    monkeypatch.setattr(PayloadPlan, "data", fail)
    monkeypatch.setattr("tortoise.timezone.localtime", lambda *_: MOMENT)
    assert await server.answer(*rename(selected)) == await oracle.answer(*rename(selected))
    assert server.counts.planned == 0
