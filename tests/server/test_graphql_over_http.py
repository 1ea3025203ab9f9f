"""GraphQL over HTTP on the wire: what is asked, and what one answer looks like."""

import orjson
import pytest
from tortoise.exceptions import DBConnectionError

import models
from server import graphql_view
from tests.factories import make_token, make_user
from tests.server.test_negotiation import APOLLO, APOLLO_SUBSCRIPTION, URQL

VIEWER = "{ viewer { name } }"
CREATE = (
    """mutation { createSpace(input: {name: "Made", slug: "made"}) { space { slug } userErrors { code } } }"""
)
RESPONSE_JSON = "application/graphql-response+json"
NEEDS_ID = "query ($id: ID!) { production(id: $id) { id } }"


async def ask(http, body, accept="application/json", **headers):
    return await http.post("/graphql", json=body, headers={"accept": accept, **headers})


def shape(response):
    return response.status_code, response.headers["content-type"].partition(";")[0]


def code_of(response):
    (error,) = response.json()["errors"]
    assert error["extensions"]["requestId"] == response.headers["x-request-id"]
    return error["extensions"]["code"]


@pytest.mark.parametrize(
    ("accept", "kind"), [(APOLLO, RESPONSE_JSON), (URQL, RESPONSE_JSON), ("*/*", "application/json")]
)
async def test_an_ordinary_query_is_answered_with_json(http, database, accept, kind):
    response = await ask(http, {"query": VIEWER, "extensions": {"clientLibrary": {"name": "x"}}}, accept)
    assert shape(response) == (200, kind)
    assert response.json() == {"data": {"viewer": None}}
    assert response.headers["content-type"] == f"{kind}; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["vary"] == "Accept, Authorization"
    assert response.headers["x-request-id"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"query": "{"}, "Syntax Error: Expected Name, found <EOF>."),
        ({"query": "{ nobody }"}, "Cannot query field 'nobody' on type 'Query'. Did you mean 'node'?"),
        (
            {"query": NEEDS_ID},
            "Variable '$id' has invalid value: Expected a value of non-null type 'ID!' to be provided.",
        ),
        ({"query": "query A { viewer { id } }", "operationName": "B"}, 'Unknown operation named "B".'),
        (
            {"query": "query A { viewer { id } } query B { viewer { id } }"},
            "Must provide operation name if query contains multiple operations.",
        ),
    ],
    ids=["syntax", "validation", "variables", "name", "no name"],
)
async def test_what_cannot_be_run_has_no_data_and_a_status_by_its_form(http, database, body, message):
    for accept, status in (("application/json", 200), (RESPONSE_JSON, 400)):
        response = await ask(http, body, accept)
        assert shape(response) == (status, accept)
        assert response.json().keys() == {"errors"}
        assert response.json()["errors"][0]["message"] == message
        assert code_of(response) == "BAD_REQUEST"


@pytest.mark.parametrize("accept", ["application/json", RESPONSE_JSON])
async def test_what_fails_while_it_runs_has_data_and_200(http, database, accept):
    response = await ask(http, {"query": NEEDS_ID, "variables": {"id": "x"}}, accept)
    assert shape(response) == (200, accept)
    assert response.json()["data"] == {"production": None}
    assert code_of(response) == "BAD_USER_INPUT"


async def test_a_bug_before_anything_ran_is_a_500(http, database, monkeypatch):
    def broken(*arguments):
        raise RuntimeError("secret text")

    monkeypatch.setattr("server.operations.documents.Documents.prepare", broken)
    response = await ask(http, {"query": "query NotAskedBefore { viewer { name } }"}, RESPONSE_JSON)
    assert shape(response) == (500, RESPONSE_JSON)
    assert code_of(response) == "INTERNAL"
    assert "secret" not in response.text


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "The request must be valid JSON."),
        (b'{"query": "\\ud800"}', "The request must be valid JSON."),
        (
            b'[{"query": "{ viewer { id } }"}]',
            "A request holds one operation; several are not taken as a batch.",
        ),
        (b"7", "A request must be a JSON object."),
        (b'{"query": 7}', "`query` must be a string."),
        (b'{"query": "{a}", "operationName": []}', "`operationName` must be a string."),
        (b'{"query": "{a}", "variables": "{}"}', "`variables` must be an object."),
        (b'{"query": "{a}", "extensions": []}', "`extensions` must be an object."),
        (b'{"documentId": 7}', "`documentId` must be a string."),
        (b'{"query": ""}', "A request needs a `query`, or the `documentId` of a persisted one."),
    ],
)
@pytest.mark.parametrize("accept", ["application/json", RESPONSE_JSON])
async def test_what_is_no_request_is_refused_in_either_form(http, database, body, message, accept):
    headers = {"content-type": "application/json", "accept": accept}
    response = await http.post("/graphql", content=body, headers=headers)
    assert shape(response) == (400, accept)
    assert response.json()["errors"][0]["message"] == message
    assert code_of(response) == "BAD_REQUEST"


@pytest.mark.parametrize(
    "kind",
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/graphql",
        "application/json; charset=utf-16",
        "application/json, text/plain",
        "",
    ],
)
async def test_only_json_is_read(http, database, kind):
    owner = await make_token(await make_user())
    headers = {"content-type": kind, "authorization": f"Bearer {owner}"}
    response = await http.post("/graphql", content=orjson.dumps({"query": CREATE}), headers=headers)
    assert shape(response) == (415, "application/json")
    assert code_of(response) == "UNSUPPORTED_MEDIA_TYPE"
    assert await models.Space.all().count() == 0


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_another_method_is_told_which_there_are(http, database, method):
    response = await http.request(method, "/graphql")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")
    assert code_of(response) == "METHOD_NOT_ALLOWED"


async def test_a_query_may_come_in_the_address(http, database):
    parameters = {
        "query": "query A { viewer { id } } query B($id: ID!) { node(id: $id) { id } }",
        "operationName": "B",
        "variables": '{"id": "x"}',
        "extensions": '{"clientLibrary": {}}',
    }
    response = await http.get("/graphql", params=parameters, headers={"accept": URQL})
    assert shape(response) == (200, RESPONSE_JSON)
    assert response.json()["data"] == {"node": None}


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ([], "A request needs a `query`, or the `documentId` of a persisted one."),
        ([("query", VIEWER), ("query", VIEWER)], "`query` is given more than once."),
        ([("query", VIEWER), ("variables", "{")], "`variables` must be valid JSON."),
        ([("query", VIEWER), ("variables", "[]")], "`variables` must be an object."),
        ([("query", VIEWER), ("extensions", "7")], "`extensions` must be an object."),
    ],
)
async def test_an_address_that_is_no_request_is_refused(http, database, parameters, message):
    response = await http.get("/graphql", params=parameters)
    assert shape(response) == (400, "application/json")
    assert response.json()["errors"][0]["message"] == message


@pytest.mark.parametrize("accept", ["application/json", RESPONSE_JSON, "text/event-stream"])
async def test_nothing_is_changed_by_an_address(http, database, accept):
    token = await make_token(await make_user())
    headers = {"accept": accept, "authorization": f"Bearer {token}"}
    response = await http.get("/graphql", params={"query": CREATE}, headers=headers)
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert code_of(response) == "METHOD_NOT_ALLOWED"
    assert await models.Space.all().count() == 0


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        (VIEWER, "text/html"),
        (VIEWER, "multipart/mixed"),
        ("subscription { productionsStatusChanged { cursor } }", "application/json"),
        ("subscription { productionsStatusChanged { cursor } }", APOLLO),
    ],
)
async def test_who_takes_nothing_that_we_have_is_told_what_there_is(http, database, query, accept):
    response = await ask(http, {"query": query}, accept)
    assert response.status_code == 406
    assert code_of(response) == "NOT_ACCEPTABLE"
    assert "text/event-stream" in response.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    "accept", ["application/json", RESPONSE_JSON, "text/event-stream", APOLLO_SUBSCRIPTION]
)
async def test_a_wrong_token_is_told_so_before_anything_else(http, database, accept):
    body = {"query": "subscription { productionsStatusChanged { cursor } }"}
    if "event" not in accept and "multipart" not in accept:
        body = {"query": VIEWER}
    response = await ask(http, body, accept, authorization="Bearer wrong")
    assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
    assert code_of(response) == "UNAUTHENTICATED"


@pytest.mark.parametrize("accept", ["application/json", RESPONSE_JSON, "text/event-stream"])
async def test_who_cannot_be_looked_up_now_is_told_to_come_back(http, database, accept, monkeypatch):
    async def away(*arguments):
        raise DBConnectionError("postgres://secret@host/")

    monkeypatch.setattr(graphql_view, "credential_of_header", away)
    response = await ask(http, {"query": VIEWER}, accept)
    assert (response.status_code, code_of(response)) == (503, "UNAVAILABLE")
    assert response.headers["retry-after"] == "1"
    assert "secret" not in response.text


@pytest.mark.parametrize("query", [VIEWER, "{ nobody }"])
async def test_who_reads_streams_alone_gets_the_answer_as_one(http, database, query):
    response = await ask(http, {"query": query}, "text/event-stream")
    assert shape(response) == (200, "text/event-stream")
    opening, result, end, rest = response.text.split("\n\n")
    assert (opening, end, rest) == (":", "event: complete\ndata:", "")
    name, _, data = result.partition("\n")
    assert name == "event: next"
    body = orjson.loads(data.removeprefix("data: "))
    if query == VIEWER:
        assert body == {"data": {"viewer": None}}
    else:
        assert [error["extensions"]["code"] for error in body["errors"]] == ["BAD_REQUEST"]


async def test_a_browser_gets_the_page_only_when_it_asks_nothing(http, database):
    html = {"accept": "text/html,*/*;q=0.8"}
    page = await http.get("/graphql", headers=html)
    assert page.headers["content-type"].startswith("text/")
    answer = await http.get("/graphql", params={"query": VIEWER}, headers=html)
    assert answer.json() == {"data": {"viewer": None}}
