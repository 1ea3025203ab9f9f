"""Documents by their ids: what Apollo Client and urql expect, and what a stranger cannot do."""

from contextlib import asynccontextmanager

import pytest

from server.operations import OperationRequest, PersistedOperations, Refused, persisted
from server.trusted_documents import TrustedDocuments, read_trusted_documents, sha256_of
from services.gateways.redis_document_store import RedisDocumentStore
from tests.own_valkey import kill, running_valkey, start_again

TEXT = "query Viewer { viewer { name } }"
HASH = sha256_of(TEXT)
TRUSTED = TrustedDocuments({"Viewer": TEXT})
OTHER = "{ viewer { email } }"
NOT_FOUND = ("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound", 400)
MISMATCH = ("PERSISTED_QUERY_MISMATCH", "The `query` is not the document that its id names.", 400)
NOT_TRUSTED = ("DOCUMENT_NOT_TRUSTED", "Only trusted documents are run here.", 403)


class Kept(dict):
    """A store that works as long as it is not away."""

    is_away = False

    async def find(self, sha256):
        return None if self.is_away else self.get(sha256)

    async def keep(self, sha256, text):
        if not self.is_away:
            self[sha256] = text


def apollo(query=None, *, sha256=HASH, **more):
    """As Apollo Client and urql ask."""
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": sha256, **more}, "clientLibrary": {}}
    return OperationRequest(query, extensions=extensions)


def by_id(document_id, query=None):
    return OperationRequest(query, document_id=document_id)


@asynccontextmanager
async def process(redis_url):
    """The persisted operations of one process."""
    store = RedisDocumentStore(redis_url, key_prefix="own")
    yield PersistedOperations(store, read_trusted_documents(None))
    await store.close()


async def refusal_of(operations, request):
    with pytest.raises(Refused) as refused:
        await operations.text_of(request)
    [error] = refused.value.errors
    return error.extensions["code"], error.message, refused.value.status


async def test_a_query_is_its_own_text_and_is_not_kept():
    store = Kept()
    assert await PersistedOperations(store, TRUSTED).text_of(OperationRequest(OTHER)) == OTHER
    assert store == {}


async def test_a_client_tells_a_document_once():
    operations = PersistedOperations(Kept(), TrustedDocuments())
    assert await refusal_of(operations, apollo()) == NOT_FOUND
    assert await operations.text_of(apollo(TEXT, miss=True)) == TEXT
    assert await operations.text_of(apollo()) == TEXT
    assert await operations.text_of(by_id(f"sha256:{HASH}")) == TEXT
    assert await refusal_of(operations, by_id(HASH)) == NOT_FOUND


async def test_a_document_may_be_told_with_its_document_id_too():
    store = Kept()
    operations = PersistedOperations(store, TrustedDocuments())
    assert await operations.text_of(by_id(f"sha256:{HASH}", TEXT)) == TEXT
    assert store == {HASH: TEXT}
    assert await operations.text_of(apollo()) == TEXT


@pytest.mark.parametrize(
    "request_",
    [
        apollo(OTHER),
        apollo(TEXT, sha256=HASH.upper()),
        apollo(TEXT, sha256="Viewer2"),
        apollo(OTHER, sha256="Viewer"),
        apollo("", sha256=HASH),
        apollo("\ud800"),
        by_id(f"sha256:{HASH}", OTHER),
        by_id("Viewer", OTHER),
        by_id("unknown", TEXT),
        OperationRequest(TEXT, extensions=apollo().extensions, document_id="unknown"),
        OperationRequest(OTHER, extensions=apollo().extensions, document_id=f"sha256:{sha256_of(OTHER)}"),
    ],
)
async def test_a_text_under_the_name_of_another_is_refused_and_not_kept(request_):
    store = Kept()
    assert await refusal_of(PersistedOperations(store, TRUSTED), request_) == MISMATCH
    assert store == {}


@pytest.mark.parametrize(
    ("extension", "message"),
    [
        ([], "`extensions.persistedQuery` must have a `sha256Hash`."),
        ("", "`extensions.persistedQuery` must have a `sha256Hash`."),
        ({"version": 1}, "`extensions.persistedQuery` must have a `sha256Hash`."),
        ({"version": 1, "sha256Hash": 1}, "`extensions.persistedQuery` must have a `sha256Hash`."),
        ({"sha256Hash": HASH}, "Only version 1 of persisted queries is understood."),
        ({"version": 2, "sha256Hash": HASH}, "Only version 1 of persisted queries is understood."),
        (None, "A request needs a `query`, or the `documentId` of a persisted one."),
    ],
)
async def test_what_is_malformed_is_refused_in_words(extension, message):
    request = OperationRequest(None, extensions={"persistedQuery": extension})
    operations = PersistedOperations(Kept(), TRUSTED)
    assert await refusal_of(operations, request) == ("BAD_REQUEST", message, 400)


async def test_a_hash_alone_leads_to_the_store_and_nothing_else_does(monkeypatch):
    store, asked = Kept({HASH: OTHER, "Viewer": OTHER}), []
    operations = PersistedOperations(store, TrustedDocuments())

    async def find(sha256):
        asked.append(sha256)
        return store.get(sha256)

    monkeypatch.setattr(store, "find", find)
    assert await refusal_of(operations, by_id("Viewer")) == NOT_FOUND
    assert await refusal_of(operations, apollo(sha256="Viewer")) == NOT_FOUND
    assert await refusal_of(operations, apollo(sha256=HASH + "\n")) == NOT_FOUND
    assert asked == []
    assert await refusal_of(operations, apollo()) == NOT_FOUND, "a text of another hash was believed"
    assert asked == [HASH]


async def test_a_long_document_is_run_and_not_kept(monkeypatch):
    store = Kept()
    operations = PersistedOperations(store, TrustedDocuments())
    text = "{ " + "a " * persisted.MAX_DOCUMENT_BYTES + "}"
    assert await operations.text_of(apollo(text, sha256=sha256_of(text))) == text
    assert store == {}
    assert await refusal_of(operations, apollo(sha256=sha256_of(text))) == NOT_FOUND


async def test_a_stranger_cannot_fill_the_memory(monkeypatch):
    monkeypatch.setattr(persisted, "MEMORY_BYTES", 20 * persisted.ENTRY_BYTES)
    store = Kept()
    store.is_away = True
    operations = PersistedOperations(store, TrustedDocuments())
    texts = [f"{{ a{n} }}" for n in range(100)]
    for text in texts:
        await operations.text_of(apollo(text, sha256=sha256_of(text)))
    remembered = []
    for text in texts:
        try:
            remembered.append(await operations.text_of(apollo(sha256=sha256_of(text))))
        except Refused:
            remembered.append(None)
    first = remembered.index(texts[-10])
    assert remembered[first:] == texts[-10:]
    assert remembered[:80] == [None] * 80


async def test_what_only_memory_knows_the_store_is_told_again_after_an_hour():
    store = Kept()
    operations = PersistedOperations(store, TrustedDocuments())
    await operations.text_of(apollo(TEXT))
    for again in (apollo(), apollo(TEXT)):
        store.clear()
        await operations.text_of(again)
        assert store == {}
        operations._remembered.get(HASH).kept_at -= persisted.REFRESH_SECONDS
        await operations.text_of(again)
        assert store == {HASH: TEXT}


@pytest.mark.parametrize("trusted_only", [True, False])
@pytest.mark.parametrize(
    "request_",
    [
        by_id("Viewer"),
        by_id(f"sha256:{HASH}"),
        apollo(),
        apollo(sha256="Viewer"),
        apollo(TEXT),
        apollo(TEXT, sha256="Viewer"),
        by_id("Viewer", TEXT),
        OperationRequest(TEXT),
    ],
)
async def test_a_trusted_document_has_several_names(request_, trusted_only):
    operations = PersistedOperations(Kept(), TRUSTED, trusted_only=trusted_only)
    assert await operations.text_of(request_) == TEXT


async def test_where_only_trusted_documents_are_run_no_other_is():
    store = Kept({sha256_of(OTHER): OTHER})
    operations = PersistedOperations(store, TRUSTED, trusted_only=True)
    for request in (OperationRequest(OTHER), apollo(OTHER, sha256=sha256_of(OTHER)), OperationRequest("")):
        assert await refusal_of(operations, request) == NOT_TRUSTED
    for request in (apollo(sha256=sha256_of(OTHER)), by_id(f"sha256:{sha256_of(OTHER)}"), by_id("Other")):
        assert await refusal_of(operations, request) == NOT_FOUND
    assert await refusal_of(operations, apollo(OTHER)) == MISMATCH
    assert store == {sha256_of(OTHER): OTHER}


@pytest.mark.parametrize(
    ("text", "is_run"),
    [
        ("query IntrospectionQuery { __schema { types { ...T } } } fragment T on __Type { name }", True),
        ('{ __typename type: __type(name: "Viewer") { name } }', True),
        ("mutation { __typename }", True),
        ("{ __typename viewer { name } }", False),
        ("query A { __typename } query B { viewer { name } }", False),
        ("{ __typename ...F } fragment F on Query { viewer { name } }", False),
        ("{ __typename ... on Query { viewer { name } } }", False),
        ("fragment F on Query { __typename }", False),
        ("{ __typename", False),
        ("{ a" * 20_000, False),
        ("{ " + "__typename " * 10_000 + "}", False),
    ],
)
async def test_the_schema_may_be_asked_for_all_the_same(text, is_run):
    operations = PersistedOperations(Kept(), TRUSTED, trusted_only=True)
    if is_run:
        assert await operations.text_of(OperationRequest(text)) == text
    else:
        assert await refusal_of(operations, OperationRequest(text)) == NOT_TRUSTED


async def test_processes_share_what_they_were_told_over_a_real_redis(tmp_path):
    """One is told, another knows; and it goes on without Redis, and after its return."""
    with running_valkey(tmp_path / "valkey") as valkey:
        async with process(valkey.url) as one, process(valkey.url) as other:
            assert await refusal_of(other, apollo()) == NOT_FOUND
            assert await one.text_of(apollo(TEXT)) == TEXT
            assert await other.text_of(apollo()) == TEXT
            kill(valkey)
            assert await other.text_of(apollo()) == TEXT
            request = apollo(sha256=sha256_of(OTHER))
            assert await refusal_of(other, request) == NOT_FOUND
            assert await one.text_of(apollo(OTHER, sha256=sha256_of(OTHER))) == OTHER
            assert await one.text_of(request) == OTHER
            start_again(valkey)
            assert await refusal_of(other, request) == NOT_FOUND
            assert await other.text_of(apollo(OTHER, sha256=sha256_of(OTHER))) == OTHER
            async with process(valkey.url) as restarted:
                assert await restarted.text_of(request) == OTHER
