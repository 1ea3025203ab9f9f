"""Documents by their ids, as a server answers for them."""

import json
from uuid import uuid4

import httpx
import pytest

from server.app import create_app
from server.trusted_documents import sha256_of
from tests.live_client import live_client

TEXT = "query Viewer { viewer { name } }"


HASH = sha256_of(TEXT)


OTHER = "{ viewer { email } }"


NOT_FOUND = ("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound", 400)


MISMATCH = ("PERSISTED_QUERY_MISMATCH", "The `query` is not the document that its id names.", 400)


NOT_TRUSTED = ("DOCUMENT_NOT_TRUSTED", "Only trusted documents are run here.", 403)


@pytest.fixture
async def trusting(tmp_path, settings, gateways):
    """A server that runs trusted documents only."""
    manifest = tmp_path / "manifest.json"
    rename = 'mutation Rename { updateSpace(input: {spaceId: "x", name: "X"}) { userErrors { code } } }'
    manifest.write_text(json.dumps({"Viewer": TEXT, "Rename": rename}))
    changed = {"trusted_documents": manifest, "trusted_documents_only": True}
    app = create_app(settings.model_copy(update=changed), gateways, None)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://trusting") as http:
        http.headers["accept"] = "application/graphql-response+json"
        yield http


async def test_a_trusted_document_is_asked_for_by_its_id_alone(trusting):
    answer = {"data": {"viewer": None}}
    assert (await trusting.get("/graphql", params={"documentId": "Viewer"})).json() == answer
    assert (await trusting.post("/graphql", json={"documentId": f"sha256:{HASH}"})).json() == answer
    assert (await trusting.get("/graphql", params={"documentId": "Rename"})).status_code == 405


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"query": OTHER}, NOT_TRUSTED),
        ({"query": OTHER, "documentId": "Viewer"}, MISMATCH),
        ({"documentId": "Other"}, NOT_FOUND),
    ],
)
async def test_a_refusal_has_its_code_and_its_status(trusting, body, refusal):
    answer = await trusting.post("/graphql", json=body)
    [error] = answer.json()["errors"]
    assert (error["extensions"]["code"], error["message"], answer.status_code) == refusal
    assert error["extensions"]["requestId"] == answer.headers["x-request-id"]
    in_json = await trusting.post("/graphql", json=body, headers={"accept": "application/json"})
    assert in_json.status_code == 200


async def test_documents_are_known_by_their_ids_over_http(http, database):
    """As Apollo Client and urql go about it, through the real server."""
    text = f"query Asked{uuid4().hex} {{ viewer {{ name }} }}"
    request = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256_of(text)}}}
    unknown = (await http.post("/graphql", json=request)).json()
    assert [(e["message"], e["extensions"]["code"]) for e in unknown["errors"]] == [NOT_FOUND[1::-1]]
    told = (await http.post("/graphql", json={**request, "query": text})).json()
    assert told == {"data": {"viewer": None}}
    known = (await http.post("/graphql", json=request)).json()
    assert known == {"data": {"viewer": None}}


async def test_documents_are_known_by_their_ids_over_a_socket(server, gateways):
    async with live_client(server) as client:
        await client.sign_in()
        extensions = {"persistedQuery": {"version": 1, "sha256Hash": HASH}}
        await client.send(
            {"id": "1", "type": "subscribe", "payload": {"query": TEXT, "extensions": extensions}}
        )
        assert await client.next("1") == {"viewer": None}
        assert (await client.receive())["type"] == "complete"
        await client.send({"id": "2", "type": "subscribe", "payload": {"extensions": extensions}})
        assert await client.next("2") == {"viewer": None}
