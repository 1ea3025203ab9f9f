"""What a client can do wrong before any operation runs."""

import asyncio

import orjson
import pytest

import models
from server.transport_http import read_body
from tests.factories import id_of, make_production, make_token, make_user


async def test_a_huge_body_is_refused(http, database):
    response = await http.post("/graphql", content=b"x" * (20 * 1024 * 1024))
    assert response.status_code == 413
    assert response.json()["errors"][0]["extensions"]["code"] == "PAYLOAD_TOO_LARGE"


async def test_a_huge_body_of_unknown_length_is_refused(http, database):
    async def body():
        for _ in range(20):
            yield b"x" * 1024 * 1024

    response = await http.post("/graphql", content=body())
    assert response.status_code == 413


async def test_a_body_that_does_not_come_is_not_waited_for(http, database, monkeypatch):
    monkeypatch.setattr(read_body, "BODY_SECONDS", 0.1)
    reader, writer = await asyncio.open_connection(http.base_url.host, http.base_url.port)
    writer.write(b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{")
    answer = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"REQUEST_TIMEOUT"' in answer


async def test_an_unknown_token_is_told_so(http, database):
    response = await http.post(
        "/graphql", json={"query": "{ viewer { id } }"}, headers={"authorization": "Bearer wrong"}
    )
    assert response.status_code == 401
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b'{"query": 5}', b'{"variables": {}}']
)
async def test_a_body_that_is_no_request_is_refused(http, database, body):
    response = await http.post("/graphql", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 400
    assert "Traceback" not in response.text


@pytest.mark.parametrize(
    "query", ["{", "{ nothing }", "{ viewer { id ", "query A { viewer { id } } query B { viewer { id } }"]
)
async def test_a_wrong_document_is_told_why(graphql_raw, query):
    body = await graphql_raw(query)
    assert body.get("data") is None
    assert body["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert body["errors"][0]["extensions"]["requestId"]


async def test_a_too_deep_document_is_refused(graphql_raw, database):
    levels = "nodes { upload { productions { " * 5
    query = "{ productions { " + levels + "totalCount" + " }" * (levels.count("{") + 2)
    body = await graphql_raw(query)
    (error,) = body["errors"]
    assert error["message"] == "The operation is nested deeper than the depth of 15 allowed."


@pytest.mark.parametrize("id", ["", "x", "VXBsb2FkOm5v", "😀", "VXBsb2Fk" * 50])
async def test_a_malformed_id_is_told_so(graphql_raw, id):
    body = await graphql_raw("query ($id: ID!) { node(id: $id) { id } }", {"id": id})
    assert [e["extensions"]["code"] for e in body["errors"]] == ["BAD_USER_INPUT"]


async def test_the_id_of_another_type_is_told_so(graphql_raw, database):
    owner = await make_user()
    production = await make_production(owner)
    body = await graphql_raw(
        "query ($id: ID!) { upload(id: $id) { id } }", {"id": id_of(production)}, await make_token(owner)
    )
    assert body["errors"][0]["message"] == "An id of type Upload is needed here."


async def test_a_bug_is_masked_and_named_by_its_request(http, database, monkeypatch):
    owner = await make_user()
    token = await make_token(owner)

    async def broken(*args, **kwargs):
        raise RuntimeError("secret text")

    monkeypatch.setattr("resolvers.spaces.create_space_service", broken)
    response = await http.post(
        "/graphql",
        json={"query": 'mutation { createSpace(input: {name: "A", slug: "a"}) { space { id } } }'},
        headers={"authorization": f"Bearer {token}"},
    )
    (error,) = response.json()["errors"]
    assert "secret" not in response.text
    assert error["extensions"] == {"code": "INTERNAL", "requestId": response.headers["x-request-id"]}


async def test_events_need_the_key_and_a_shape(http, database):
    post = http.post
    assert (await post("/events/mediaconvert", json={})).status_code == 401
    wrong = {"x-airdate-events-key": "wrong"}
    assert (await post("/events/mediaconvert", json={}, headers=wrong)).status_code == 401
    right = {"x-airdate-events-key": "events-key-of-the-tests"}
    for body in (b"", b"[]", b"{}", orjson.dumps({"source": "aws.mediaconvert"})):
        response = await post("/events/mediaconvert", content=body, headers=right)
        assert response.status_code == 400
    foreign = {"source": "aws.mediaconvert", "detail": {"status": "COMPLETE", "userMetadata": {}}}
    assert (await post("/events/mediaconvert", json=foreign, headers=right)).status_code == 204
    assert await models.StatusEvent.all().count() == 0


async def test_health(http, database):
    assert (await http.get("/healthz")).json() == {"status": "ok"}
    ready = await http.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})


async def test_a_nul_character_is_the_clients_mistake(graphql_raw, database):
    document = """mutation ($input: CreateSpaceInput!) {
      createSpace(input: $input) { space { id } userErrors { code } } }"""
    variables = {"input": {"name": "a\0b", "slug": "nul"}}
    body = await graphql_raw(document, variables, await make_token(await make_user()))
    (error,) = body["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["message"] == "A value holds something that cannot be stored, such as a NUL character."
    assert await models.Space.all().count() == 0
