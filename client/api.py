"""GraphQL over HTTP, and one subscription over graphql-transport-ws, as any partner would speak them."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp

PROTOCOL = "graphql-transport-ws"
FIRST_BACKOFF_SECONDS, LAST_BACKOFF_SECONDS = 0.5, 5.0
PATIENCE_SECONDS = 60.0
CLOSE_FOR_GOOD = {4400, 4401, 4403, 4406, 4409, 4429}


class ApiError(Exception):
    """What went wrong, in one line for the person at the terminal."""


class Api:
    def __init__(self, session: aiohttp.ClientSession, url: str, token: str) -> None:
        self._session = session
        self._url = url.rstrip("/") + "/graphql"
        self._authorization = f"Bearer {token}"

    async def send(self, document: str, **variables: Any) -> dict[str, Any]:
        """The data of a query or mutation. Raises ApiError for errors and userErrors alike."""
        body = {"query": document, "variables": variables}
        headers = {"authorization": self._authorization}
        try:
            async with self._session.post(self._url, json=body, headers=headers) as answer:
                told = await answer.json()
        except aiohttp.ContentTypeError as error:
            raise ApiError(f"{self._url} does not answer as a GraphQL server does.") from error
        except aiohttp.ClientError as error:
            raise ApiError(f"{self._url} cannot be reached: {error}") from error
        if told.get("errors"):
            raise ApiError("; ".join(error["message"] for error in told["errors"]))
        for payload in told["data"].values():
            _raise_user_errors(payload)
        data: dict[str, Any] = told["data"]
        return data

    async def follow(self, document: str, field: str, **variables: Any) -> AsyncIterator[dict[str, Any]]:
        """The events of a subscription. After a lost connection it continues behind the last cursor; raises
        ApiError when that fails for a minute, or the server refuses."""
        after: str | None = None
        backoff, heard_at = FIRST_BACKOFF_SECONDS, time.monotonic()
        while True:
            try:
                async for event in self._events(document, field, {**variables, "after": after}):
                    after, backoff, heard_at = event["cursor"], FIRST_BACKOFF_SECONDS, time.monotonic()
                    yield event
                return
            except (aiohttp.ClientError, ConnectionError) as error:
                if time.monotonic() - heard_at > PATIENCE_SECONDS:
                    raise ApiError(f"The live connection was lost: {error}") from error
            await asyncio.sleep(backoff)
            backoff = min(backoff * 2, LAST_BACKOFF_SECONDS)

    async def _events(
        self, document: str, field: str, variables: dict[str, Any]
    ) -> AsyncIterator[dict[str, Any]]:
        async with self._session.ws_connect(self._url, protocols=[PROTOCOL], heartbeat=20) as socket:
            await socket.send_json(
                {"type": "connection_init", "payload": {"authorization": self._authorization}}
            )
            payload = {"query": document, "variables": variables}
            is_acknowledged = False
            async for frame in socket:
                if frame.type is not aiohttp.WSMsgType.TEXT:
                    continue
                message = frame.json()
                if message["type"] == "connection_ack" and not is_acknowledged:
                    is_acknowledged = True
                    await socket.send_json({"id": "1", "type": "subscribe", "payload": payload})
                elif message["type"] == "ping":
                    await socket.send_json({"type": "pong"})
                elif message["type"] == "next":
                    yield _event(message["payload"], field)
                elif message["type"] == "error":
                    raise ApiError("; ".join(error["message"] for error in message["payload"]))
                elif message["type"] == "complete":
                    return
            if socket.close_code in CLOSE_FOR_GOOD:
                raise ApiError(f"The server closed the live connection ({socket.close_code}).")
            raise ConnectionError(f"closed with {socket.close_code}")


def _event(payload: dict[str, Any], field: str) -> dict[str, Any]:
    if payload.get("errors"):
        raise ApiError("; ".join(error["message"] for error in payload["errors"]))
    event: dict[str, Any] = payload["data"][field]
    return event


def _raise_user_errors(payload: object) -> None:
    errors = payload.get("userErrors") if isinstance(payload, dict) else None
    if errors:
        lines = [f"{'.'.join(e['path'][1:]) or 'input'}: {e['message']} ({e['code']})" for e in errors]
        raise ApiError("\n".join(lines))
