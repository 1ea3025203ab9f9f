import json

import pytest

from server.trusted_documents import (
    TrustedDocumentsInvalid,
    read_trusted_documents,
    sha256_of,
)

TEXT = "query Viewer { viewer { name } }"


@pytest.fixture
def manifest(tmp_path):
    """Writes a manifest; its path."""

    def write(content):
        path = tmp_path / "manifest.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write


def test_the_hash_is_that_of_the_specification():
    """GraphQL over HTTP, appendix A, has this example."""
    text = "query ($id: ID!) {\n  user(id: $id) {\n    name\n  }\n}"
    assert sha256_of(text) == "7dba4bd717b41f10434822356a93c32b1fb4907b983e854300ad839f84cdcd6e"


@pytest.mark.parametrize(
    "document_id", ["Viewer", "3be4abb81fa595e25eb725b2c6a87508", f"sha256:{sha256_of(TEXT)}"]
)
@pytest.mark.parametrize("is_apollos", [True, False])
def test_a_document_is_found_by_its_id_and_its_hash(manifest, document_id, is_apollos):
    operation = {"id": document_id, "body": TEXT, "name": "Viewer", "type": "query"}
    apollos = {"format": "apollo-persisted-query-manifest", "version": 1, "operations": [operation]}
    trusted = read_trusted_documents(manifest(apollos if is_apollos else {document_id: TEXT}))
    assert trusted.get(document_id) == trusted.get(f"sha256:{sha256_of(TEXT)}") == TEXT
    assert trusted.get(sha256_of(TEXT)) is None
    assert TEXT in trusted
    assert f"{TEXT} " not in trusted


def test_without_a_manifest_nothing_is_trusted():
    trusted = read_trusted_documents(None)
    assert trusted.get("") is None
    assert "" not in trusted


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", "are wrong: "),
        ([], "are wrong: file: Input should be a valid dictionary"),
        ({}, "are wrong: there are none in it"),
        ({"A": 1}, "are wrong: A: Input should be a valid string"),
        ({"A": TEXT, "B": "query {"}, "are wrong: B: Syntax Error: Expected Name, found <EOF>."),
        ({f"sha256:{'0' * 64}": TEXT}, f"are wrong: sha256:{'0' * 64}: this is not the hash of its text"),
        ({"format": "apollo"}, "are wrong: format: Input should be 'apollo-persisted-query-manifest'"),
        (
            {"format": "apollo-persisted-query-manifest", "version": 2, "operations": []},
            "are wrong: version: Input should be 1",
        ),
        (
            {"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id": "A"}]},
            "are wrong: operations.0.body: Field required",
        ),
    ],
)
def test_what_is_no_manifest_is_told_in_words(manifest, content, problem):
    path = manifest(content)
    with pytest.raises(TrustedDocumentsInvalid) as told:
        read_trusted_documents(path)
    assert str(told.value).startswith(f"the trusted documents {path} {problem}")


def test_a_manifest_that_is_not_there(tmp_path):
    with pytest.raises(TrustedDocumentsInvalid, match=r"cannot be read: No such file or directory$"):
        read_trusted_documents(tmp_path / "manifest.json")
