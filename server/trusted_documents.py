"""The documents that a deployment's own clients were built with: a manifest, read once at the start."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import orjson
from graphql import GraphQLSyntaxError, parse
from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as validated

SHA256_PREFIX = "sha256:"


class TrustedDocumentsInvalid(Exception):
    """The file cannot be read or is not a manifest; says which file and where."""


class TrustedDocuments:
    """Each document by its id in the manifest, and by the hash of its text."""

    def __init__(self, by_id: Mapping[str, str] | None = None) -> None:
        by_id = by_id or {}
        self._texts = frozenset(by_id.values())
        self._by_id = {SHA256_PREFIX + sha256_of(text): text for text in self._texts} | dict(by_id)

    def get(self, document_id: str) -> str | None:
        return self._by_id.get(document_id)

    def __contains__(self, text: str) -> bool:
        """Whether a text is that of a trusted document, to the letter."""
        return text in self._texts


def read_trusted_documents(path: Path | None) -> TrustedDocuments:
    """Those of the manifest at `path`, or none. Raises TrustedDocumentsInvalid."""
    if path is None:
        return TrustedDocuments()
    try:
        return TrustedDocuments(_checked(_by_id(orjson.loads(path.read_bytes()))))
    except OSError as error:
        raise TrustedDocumentsInvalid(
            f"the trusted documents {path} cannot be read: {error.strerror}"
        ) from error
    except ValidationError as error:
        told = error.errors()[0]
        where = ".".join(str(step) for step in told["loc"]) or "file"
        raise TrustedDocumentsInvalid(
            f"the trusted documents {path} are wrong: {where}: {told['msg']}"
        ) from error
    except ValueError as error:
        raise TrustedDocumentsInvalid(f"the trusted documents {path} are wrong: {error}") from error


def sha256_of(text: str) -> str:
    """The lower-case hexadecimal hash of a document's UTF-8 (GraphQL over HTTP, appendix A). Raises
    UnicodeEncodeError for what has none: half a surrogate pair."""
    return hashlib.sha256(text.encode()).hexdigest()


@validated(frozen=True)
class _Operation:
    id: str
    body: str


@validated(frozen=True)
class _OperationManifest:
    """What Apollo's generate-persisted-query-manifest writes."""

    format: Literal["apollo-persisted-query-manifest"]
    version: Literal[1]
    operations: tuple[_Operation, ...]


def _by_id(manifest: Any) -> dict[str, str]:
    """Of a manifest as Apollo writes it, or as relay-compiler and graphql-codegen do: {id: text}."""
    if isinstance(manifest, dict) and "format" in manifest:
        apollo = TypeAdapter(_OperationManifest).validate_python(manifest)
        return {operation.id: operation.body for operation in apollo.operations}
    return TypeAdapter(dict[str, str]).validate_python(manifest)


def _checked(by_id: dict[str, str]) -> dict[str, str]:
    """Raises ValueError."""
    if not by_id:
        raise ValueError("there are none in it")
    for document_id, text in by_id.items():
        if document_id.startswith(SHA256_PREFIX) and document_id != SHA256_PREFIX + sha256_of(text):
            raise ValueError(f"{document_id}: this is not the hash of its text")
        try:
            parse(text, no_location=True)
        except GraphQLSyntaxError as error:
            raise ValueError(f"{document_id}: {error.message}") from error
    return by_id
