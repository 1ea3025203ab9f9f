"""Documents that are asked for by an id: those a client told before, and those it was built with.

Automatic persisted queries are Apollo's protocol: a client sends the hash of its document alone, and the text
beside it once it hears PersistedQueryNotFound. A `documentId` is that of GraphQL over HTTP, appendix A.
"""

import re
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from graphql import FieldNode, GraphQLSyntaxError, OperationDefinitionNode, parse

from server.operations.refused import FORBIDDEN, Refused, refuse
from server.operations.request import OperationRequest
from server.trusted_documents import SHA256_PREFIX, TrustedDocuments, sha256_of
from services.gateways.document_store import DocumentStore
from services.recently_used import RecentlyUsed

SHA256_ID = re.compile(r"sha256:[0-9a-f]{64}")
MAX_DOCUMENT_BYTES = 64 * 1024
MEMORY_BYTES = 8 * 1024 * 1024
# What an entry takes beside its text, about: so there is a bound to the number of the smallest, too.
ENTRY_BYTES = 512
REFRESH_SECONDS = 60 * 60
INTROSPECTION = {"__schema", "__type", "__typename"}

Name = tuple[str, ...]
"""The ids under which a document may be known that a client gave one name."""


class PersistedOperations:
    """One for a process. What it is told it remembers, and tells the store for the others."""

    def __init__(
        self, store: DocumentStore, trusted: TrustedDocuments, *, trusted_only: bool = False
    ) -> None:
        self._store, self._trusted, self._trusted_only = store, trusted, trusted_only
        self._remembered = RecentlyUsed[_Remembered](MEMORY_BYTES, _size_of)

    async def text_of(self, request: OperationRequest) -> str:
        """The document that a request asks for. Raises Refused."""
        names, text = _names_of(request), request.query
        if text is None:
            return await self._named(names)
        for name in names:
            if not self._is_name_of(name, text):
                raise refuse("PERSISTED_QUERY_MISMATCH", "The `query` is not the document that its id names.")
        if self._trusted_only:
            if text not in self._trusted and not asks_for_the_schema(text):
                raise refuse("DOCUMENT_NOT_TRUSTED", "Only trusted documents are run here.", status=FORBIDDEN)
        elif names:
            await self._remember(text)
        return text

    def at_hand(self, request: OperationRequest) -> str | None:
        """The same, where nothing is to be refused, waited for or told the store; else None."""
        is_named = request.document_id is not None or "persistedQuery" in request.extensions
        text = request.query
        if text is not None:
            return None if is_named or (self._trusted_only and text not in self._trusted) else text
        try:
            return self._kept_here(_names_of(request))
        except Refused:
            return None

    def _is_name_of(self, name: Name, text: str) -> bool:
        try:
            real = SHA256_PREFIX + sha256_of(text)
        except UnicodeEncodeError:
            return False
        return any(document_id == real or self._trusted.get(document_id) == text for document_id in name)

    async def _named(self, names: list[Name]) -> str:
        if not names:
            raise refuse("BAD_REQUEST", "A request needs a `query`, or the `documentId` of a persisted one.")
        text = self._kept_here(names)
        if text is not None:
            return text
        for document_id in chain.from_iterable(names):
            text = await self._recalled(document_id)
            if text is not None:
                return text
        # Both the sentence and the code are what clients look for, to send the text along.
        raise refuse("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")

    def _kept_here(self, names: list[Name]) -> str | None:
        """What is trusted; else what was told by the hash that comes first, unless the store is to hear of it
        again."""
        for document_id in chain.from_iterable(names):
            text = self._trusted.get(document_id)
            if text is not None:
                return text
        hashes = [each for each in chain.from_iterable(names) if SHA256_ID.fullmatch(each)]
        if self._trusted_only or not hashes:
            return None
        remembered = self._remembered.get(hashes[0].removeprefix(SHA256_PREFIX))
        return remembered.text if remembered is not None and not remembered.is_due else None

    async def _recalled(self, document_id: str) -> str | None:
        if self._trusted_only or not SHA256_ID.fullmatch(document_id):
            return None
        sha256 = document_id.removeprefix(SHA256_PREFIX)
        remembered = self._remembered.get(sha256)
        if remembered is not None:
            await self._refresh(sha256, remembered)
            return remembered.text
        text = await self._store.find(sha256)
        if text is None or sha256_of(text) != sha256:
            return None
        self._remembered.put(sha256, _Remembered(text, time.monotonic()))
        return text

    async def _remember(self, text: str) -> None:
        if len(text.encode()) > MAX_DOCUMENT_BYTES:
            return
        sha256 = sha256_of(text)
        remembered = self._remembered.get(sha256)
        if remembered is not None:
            await self._refresh(sha256, remembered)
            return
        self._remembered.put(sha256, _Remembered(text, time.monotonic()))
        await self._store.keep(sha256, text)

    async def _refresh(self, sha256: str, remembered: "_Remembered") -> None:
        """What is used here alone would be forgotten there."""
        if remembered.is_due:
            remembered.kept_at = time.monotonic()
            await self._store.keep(sha256, remembered.text)


def asks_for_the_schema(text: str) -> bool:
    """Whether a document asks only for what is in schema.graphql, as GraphiQL and code generators do."""
    if len(text) > MAX_DOCUMENT_BYTES:
        return False
    try:
        document = parse(text, no_location=True)
    except GraphQLSyntaxError:
        return False
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    return bool(operations) and all(
        isinstance(selection, FieldNode) and selection.name.value in INTROSPECTION
        for operation in operations
        for selection in operation.selection_set.selections
    )


@dataclass(slots=True)
class _Remembered:
    text: str
    kept_at: float
    """When the store last heard of it (s, monotonic)."""

    @property
    def is_due(self) -> bool:
        """Whether the store is to hear of it again."""
        return time.monotonic() - self.kept_at >= REFRESH_SECONDS


def _size_of(remembered: _Remembered) -> int:
    return sys.getsizeof(remembered.text) + ENTRY_BYTES


def _names_of(request: OperationRequest) -> list[Name]:
    """Raises Refused."""
    names: list[Name] = [] if request.document_id is None else [(request.document_id,)]
    persisted = request.extensions.get("persistedQuery")
    return names if persisted is None else [*names, _apollo_name(persisted)]


def _apollo_name(persisted: Any) -> Name:
    """A hash; or an id of a manifest, which Apollo Client and urql send in the hash's place. What else is in
    there is the client's own: urql adds `miss`."""
    sha256 = persisted.get("sha256Hash") if isinstance(persisted, Mapping) else None
    if not isinstance(sha256, str):
        raise refuse("BAD_REQUEST", "`extensions.persistedQuery` must have a `sha256Hash`.")
    if persisted.get("version") != 1:
        raise refuse("BAD_REQUEST", "Only version 1 of persisted queries is understood.")
    return SHA256_PREFIX + sha256, sha256
