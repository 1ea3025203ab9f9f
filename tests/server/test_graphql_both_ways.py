"""GraphQL over HTTP past ASGI, which a request in one piece takes, says what it says by ASGI."""

import re

import orjson
import pytest
from tortoise.exceptions import DBConnectionError

import models
from server import graphql_view
from server.graphql import build_schema
from server.graphql_view import GraphQLView
from server.operations import OperationRequest, Operations, PersistedOperations
from server.transport_http.direct import Post
from server.trusted_documents import TrustedDocuments, sha256_of
from tests.direct_server import alike, connected, posted
from tests.factories import make_token, make_user
from tests.server.test_graphql_over_http import NEEDS_ID, RESPONSE_JSON, VIEWER
from tests.server.test_negotiation import APOLLO, URQL

JSON = "application/json"
TYPENAME = b'{"query":"{ __typename }"}'
HASH_ALONE = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256_of(VIEWER)}}}
REQUEST_ID = re.compile(r'"requestId":"[0-9a-f]{16}"')


@pytest.fixture
def taken(monkeypatch):
    """Whether the view took a request that came whole, each time it was asked."""
    answer, taken = GraphQLView.answer, []

    def noticed(self, post):
        found = answer(self, post)
        taken.append(found is not None)
        return found

    monkeypatch.setattr(GraphQLView, "answer", noticed)
    return taken


async def told(http, body, *headers, path="/graphql"):
    async with connected(http.base_url.port) as client:
        text = orjson.dumps(body).decode()
        client.send(posted(text, "content-type: application/json", *headers, path=path))
        answer = await client.answer()
    answer.body = REQUEST_ID.sub('"requestId":"some"', answer.body)
    return alike(answer)


async def both(http, body, *headers, accept=JSON):
    """By ASGI, as for every other address; and directly."""
    told_by = [await told(http, body, f"accept: {accept}", *headers, path=f"/graphql{x}") for x in ("?", "")]
    return tuple(told_by)


@pytest.mark.parametrize("accept", [JSON, RESPONSE_JSON, APOLLO, URQL, "*/*", ""])
@pytest.mark.parametrize(
    ("body", "data"),
    [
        ({"query": VIEWER}, {"viewer": {"name": "Somebody"}}),
        ({"query": "{ __typename }"}, {"__typename": "Query"}),
        ({"query": NEEDS_ID, "variables": {"id": "x"}}, {"production": None}),
        ({"query": NEEDS_ID}, None),
        (HASH_ALONE, {"viewer": {"name": "Somebody"}}),
    ],
    ids=["viewer", "constant", "fails", "variables", "hash"],
)
async def test_what_is_known_is_answered_alike(http, database, taken, body, data, accept):
    token = await make_token(await make_user(name="Somebody"))
    if body is HASH_ALONE:
        await http.post("/graphql", json={"query": VIEWER, **HASH_ALONE})
    taken.clear()
    by_asgi, directly = await both(http, body, f"authorization: Bearer {token}", accept=accept)
    assert by_asgi == directly
    assert taken == [True]
    assert orjson.loads(directly[3]).get("data") == data


async def test_a_mutation_is_carried_out(http, database, taken):
    owner = await make_user()
    token = await make_token(owner)
    create = 'mutation ($slug: String!) { createSpace(input: {name: "A", slug: $slug}) { space { slug } } }'
    for slug in ("a", "b"):
        body = {"query": create, "variables": {"slug": slug}}
        answer = await told(http, body, f"authorization: Bearer {token}")
        assert orjson.loads(answer[3]) == {"data": {"createSpace": {"space": {"slug": slug}}}}
    assert taken == [False, True]
    assert {space.slug for space in await models.Space.all()} == {"a", "b"}


async def test_a_wrong_token_is_refused_alike(http, database, taken):
    await both(http, {"query": VIEWER})
    taken.clear()
    by_asgi, directly = await both(http, {"query": VIEWER}, "authorization: Bearer wrong")
    assert by_asgi == directly
    assert (directly[0], directly[2]["www-authenticate"], taken) == (401, "Bearer", [True])


async def test_an_outage_is_told_alike(http, database, taken, monkeypatch):
    async def away(*arguments):
        raise DBConnectionError("postgres://secret@host/")

    await both(http, {"query": VIEWER})
    taken.clear()
    monkeypatch.setattr(graphql_view, "credential_of_header", away)
    by_asgi, directly = await both(http, {"query": VIEWER})
    assert by_asgi == directly
    assert (directly[0], directly[2]["retry-after"], taken) == (503, "1", [True])


@pytest.mark.parametrize(
    ("body", "accept"),
    [
        ({"query": "query { viewer { neverAsked } }"}, JSON),
        ({"query": "{"}, JSON),
        ({"query": VIEWER}, "text/html"),
        ({"query": "subscription { productionsStatusChanged { cursor } }"}, JSON),
        ({}, JSON),
        ([], JSON),
    ],
    ids=["invalid", "syntax", "page", "subscription", "nothing", "batch"],
)
async def test_what_is_no_ordinary_question_is_left_to_asgi(http, database, taken, body, accept):
    await both(http, {"query": VIEWER})
    for _ in range(2):
        taken.clear()
        by_asgi, directly = await both(http, body, accept=accept)
        assert by_asgi == directly
        assert taken == [False]


async def test_a_stream_is_left_to_asgi(http, database, taken):
    for body in ({"query": VIEWER}, {"query": "subscription { productionsStatusChanged { cursor } }"}):
        async with connected(http.base_url.port) as client:
            headers = ("accept: text/event-stream", "content-type: application/json")
            client.send(posted(orjson.dumps(body).decode(), *headers))
            answer = await client.answer()
        assert (answer.status, answer["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert taken == [False, False]


@pytest.mark.parametrize(("length", "is_taken"), [(len(TYPENAME), True), (len(TYPENAME) - 1, False)])
async def test_a_larger_body_is_left_to_asgi(gateways, length, is_taken):
    operations = Operations(build_schema(max_depth=15), PersistedOperations(None, TrustedDocuments()))
    await operations.prepare(OperationRequest("{ __typename }"))
    view = GraphQLView(operations, gateways, public_url=None, max_body_bytes=length)
    coming = view.answer(Post({b"content-type": b"application/json"}, TYPENAME, "http", "id"))
    assert (coming is not None) is is_taken
    if coming is not None:
        assert (await coming).body == b'{"data":{"__typename":"Query"}}'
