"""The same command again goes on with what it began, instead of making it a second time."""

import hashlib
import json
import secrets
from collections.abc import Container
from typing import Any

from client.api import Api


async def made_once(
    api: Api, document: str, mutation: str, noun: str, wanted: dict[str, Any], usable: Container[str]
) -> dict[str, Any]:
    """What the same input made within the server's memory of keys (a day), while its status is usable;
    otherwise a new one. Raises ApiError."""
    made = await _make(api, document, mutation, noun, wanted, key_of(wanted))
    if made["status"] in usable:
        return made
    return await _make(api, document, mutation, noun, wanted, secrets.token_hex(16))


async def _make(
    api: Api, document: str, mutation: str, noun: str, wanted: dict[str, Any], key: str
) -> dict[str, Any]:
    made = await api.send(document, input=wanted | {"idempotencyKey": key})
    result: dict[str, Any] = made[mutation][noun]
    return result


def key_of(wanted: dict[str, Any]) -> str:
    """An idempotency key that is the same for the same input."""
    return "airdate-publish-" + hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()
