"""Where documents are kept that clients ask for by the hash of their text: a cache, with no truth in it."""

from typing import Protocol


class DocumentStore(Protocol):
    async def find(self, sha256: str) -> str | None:
        """The document kept under a hash, which is then kept for longer; None for one that is not there.
        Never raises: where nothing can be looked up, nothing is there."""
        ...

    async def keep(self, sha256: str, text: str) -> None:
        """Keep a document for a day after its last use. Never raises: it may be gone the next moment."""
        ...
