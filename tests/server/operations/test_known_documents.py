"""Whichever way a document is asked for again, it is neither read nor checked again."""

import gc
import tracemalloc

import pytest
from graphql import parse

from server.graphql import build_schema
from server.operations import OperationRequest, Operations, PersistedOperations, Prepared, Refused
from server.operations import documents as documents_module
from server.operations import persisted as persisted_module
from server.operations.documents import BYTES_A_CHARACTER, ENTRY_BYTES
from server.trusted_documents import TrustedDocuments, sha256_of
from tests.server.test_persisted_operations import Kept

TEXT = "query Viewer { viewer { id name } }"
TRUSTED = "query Trusted { viewer { id email } }"
WAYS = {
    "text": OperationRequest(TEXT),
    "hash": OperationRequest(
        None, extensions={"persistedQuery": {"version": 1, "sha256Hash": sha256_of(TEXT)}}
    ),
    "hash and text": OperationRequest(
        TEXT, extensions={"persistedQuery": {"version": 1, "sha256Hash": sha256_of(TEXT)}}
    ),
    "document id": OperationRequest(None, document_id=f"sha256:{sha256_of(TEXT)}"),
    "trusted id": OperationRequest(None, document_id="Trusted"),
    "trusted text": OperationRequest(TRUSTED),
}


@pytest.fixture
def calls(monkeypatch):
    """How often a text was parsed, and a document validated by all rules, the limits among them."""
    counted = {"parse": 0, "validate": 0}
    for module, name in [
        (documents_module, "parse"),
        (documents_module, "validate"),
        (persisted_module, "parse"),
    ]:
        real = getattr(module, name)

        def counting(*arguments, real=real, name=name, **more):
            counted[name] += 1
            return real(*arguments, **more)

        monkeypatch.setattr(module, name, counting)
    return counted


@pytest.fixture(scope="module")
def schema():
    return build_schema(max_depth=15)


@pytest.fixture
def operations(schema):
    assert len(schema.rules) >= 2
    return Operations(schema, PersistedOperations(Kept({sha256_of(TEXT): TEXT}), TRUSTED_DOCUMENTS))


TRUSTED_DOCUMENTS = TrustedDocuments({"Trusted": TRUSTED})


@pytest.mark.parametrize("way", WAYS)
async def test_a_document_asked_again_is_not_read_again(operations, calls, way):
    first = await operations.prepare(WAYS[way])
    assert isinstance(first, Prepared)
    assert calls == {"parse": 1, "validate": 1}
    for _ in range(3):
        assert await operations.prepare(WAYS[way]) is first
    assert calls == {"parse": 1, "validate": 1}


async def test_a_document_is_the_same_by_all_its_names(operations, calls):
    found = {id(await operations.prepare(WAYS[way])) for way in WAYS if "trusted" not in way}
    assert len(found) == 1
    assert calls == {"parse": 1, "validate": 1}


async def test_a_trusted_document_is_read_once_where_no_others_are_run(schema, calls):
    persisted = PersistedOperations(Kept(), TRUSTED_DOCUMENTS, trusted_only=True)
    operations = Operations(schema, persisted)
    for _ in range(3):
        assert isinstance(await operations.prepare(WAYS["trusted id"]), Prepared)
        assert isinstance(await operations.prepare(WAYS["trusted text"]), Prepared)
    assert calls == {"parse": 1, "validate": 1}


# Text beside its hash comes once, from a client that was told that the hash is not known.
AT_HAND = ["text", "hash", "document id", "trusted id", "trusted text"]


@pytest.mark.parametrize("way", WAYS)
async def test_a_document_is_at_hand_once_it_was_asked_for(operations, calls, way):
    assert operations.known(WAYS[way]) is None
    first = await operations.prepare(WAYS[way])
    assert operations.known(WAYS[way]) is (first if way in AT_HAND else None)
    assert calls == {"parse": 1, "validate": 1}


@pytest.mark.parametrize("way", WAYS)
async def test_only_what_is_trusted_is_at_hand_where_no_others_are_run(schema, way):
    persisted = PersistedOperations(Kept(), TRUSTED_DOCUMENTS, trusted_only=True)
    operations = Operations(schema, persisted)
    # As if it had been asked for before.
    prepared = [operations._documents.prepare(text, None) for text in (TEXT, TRUSTED)]
    assert operations.known(WAYS[way]) is (prepared[1] if "trusted" in way else None)


async def test_what_the_store_is_to_hear_of_again_is_not_at_hand(operations, monkeypatch):
    first = await operations.prepare(WAYS["hash"])
    monkeypatch.setattr(persisted_module, "REFRESH_SECONDS", 0)
    assert operations.known(WAYS["hash"]) is None
    assert await operations.prepare(WAYS["hash"]) is first


@pytest.mark.parametrize(
    "request_",
    [
        OperationRequest(None),
        OperationRequest(TEXT, "Another"),
        OperationRequest(None, extensions={"persistedQuery": None}),
        OperationRequest(None, extensions={"persistedQuery": {"version": 2, "sha256Hash": sha256_of(TEXT)}}),
        OperationRequest(TEXT, extensions={"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}),
        OperationRequest(None, document_id="Trusted", extensions={"persistedQuery": {}}),
    ],
)
async def test_what_is_to_be_refused_is_not_at_hand(operations, request_):
    await operations.prepare(WAYS["hash and text"])
    await operations.prepare(WAYS["trusted id"])
    assert operations.known(request_) is None
    assert isinstance(await operations.prepare(request_), Refused)


@pytest.mark.parametrize("text", ["{viewer{" + "id " * 9000 + "}}", TEXT])
def test_a_parsed_document_is_no_larger_than_it_is_taken_for(text):
    parse(text)
    gc.collect()
    tracemalloc.start()
    try:
        document = parse(text)
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert document.definitions
    assert size < (len(text) * BYTES_A_CHARACTER + ENTRY_BYTES) * 1.1
