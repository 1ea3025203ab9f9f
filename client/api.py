"""GraphQL over HTTP, and one subscription over graphql-transport-ws, as any partner would speak them."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import aiohttp

from client.patience import Patience

PROTOCOL = "graphql-transport-ws"
SIGN_IN_SECONDS = 10.0
CLOSE_FOR_GOOD = {4400, 4401, 4403, 4406, 4409, 4429}
TOO_MANY_REQUESTS = 429
# No limit on the whole: aiohttp's default of five minutes would end the upload of any large file.
TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=120)


class ApiError(Exception):
    """What went wrong, in one line for the person at the terminal."""


class ServerFault(ApiError):
    """The server failed at it; the request itself was not refused."""


class Api:
    def __init__(self, session: aiohttp.ClientSession, url: str, token: str) -> None:
        self._session = session
        self._url = url.rstrip("/") + "/graphql"
        self._authorization = f"Bearer {token}"

    async def send(self, document: str, **variables: Any) -> dict[str, Any]:
        """The data of a query or mutation. Raises ApiError for errors and userErrors alike."""
        told = await self._post({"query": document, "variables": variables})
        if told.get("errors"):
            raise _fault(told["errors"])
        for payload in told["data"].values():
            _raise_user_errors(payload)
        data: dict[str, Any] = told["data"]
        return data

    async def _post(self, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"authorization": self._authorization}
        try:
            async with self._session.post(self._url, json=body, headers=headers) as answer:
                told = await answer.json()
        except aiohttp.ContentTypeError as error:
            raise ApiError(f"{self._url} does not answer as a GraphQL server does.") from error
        except (aiohttp.ClientError, OSError) as error:
            raise ApiError(f"{self._url} cannot be reached: {why(error)}") from error
        except ValueError as error:
            raise ApiError(f"{self._url} does not answer in JSON.") from error
        if not isinstance(told, dict) or not (told.get("errors") or told.get("data")):
            raise ApiError(f"{self._url} does not answer as a GraphQL server does.")
        return told

    async def follow(
        self, document: str, field: str, *, patience: Patience | None = None, **variables: Any
    ) -> AsyncGenerator[dict[str, Any], None]:
        """The events of a subscription. After a lost connection it continues behind the last cursor; raises
        ApiError when nothing comes for as long as patience lasts, or the server refuses."""
        after: str | None = None
        patience = patience or Patience()
        while True:
            try:
                events = self._events(document, field, {**variables, "after": after}, patience)
                async with aclosing(events):
                    async for event in events:
                        after = event["cursor"]
                        patience.renew()
                        yield event
                return
            except (aiohttp.ClientError, OSError) as error:
                if _is_for_good(error) or not patience.is_left():
                    raise ApiError(f"The live connection was lost: {why(error)}") from error
            await asyncio.sleep(patience.next_delay())

    async def _events(
        self, document: str, field: str, variables: dict[str, Any], patience: Patience
    ) -> AsyncGenerator[dict[str, Any], None]:
        async with self._session.ws_connect(self._url, protocols=[PROTOCOL], heartbeat=20) as socket:
            async with asyncio.timeout(SIGN_IN_SECONDS):
                await self._sign_in(socket)
            signed_in_at = time.monotonic()
            payload = {"query": document, "variables": variables}
            await socket.send_json({"id": "1", "type": "subscribe", "payload": payload})
            async for message in _messages(socket):
                if message["type"] == "next":
                    yield _event(message["payload"], field)
                elif message["type"] == "error":
                    raise _fault(message["payload"])
                elif message["type"] == "complete":
                    return
            patience.renew_after(time.monotonic() - signed_in_at)
            raise _closed(socket)

    async def _sign_in(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        payload = {"authorization": self._authorization}
        await socket.send_json({"type": "connection_init", "payload": payload})
        async for message in _messages(socket):
            if message["type"] == "connection_ack":
                return
        raise _closed(socket)


async def _messages(socket: aiohttp.ClientWebSocketResponse) -> AsyncGenerator[dict[str, Any], None]:
    """Every message but the protocol's own pings, which are answered."""
    async for frame in socket:
        if frame.type is not aiohttp.WSMsgType.TEXT:
            continue
        message = frame.json()
        if message["type"] == "ping":
            await socket.send_json({"type": "pong"})
        else:
            yield message


def why(error: Exception) -> str:
    """A timeout has no text of its own."""
    return str(error) or "it did not answer in time"


def _closed(socket: aiohttp.ClientWebSocketResponse) -> Exception:
    if socket.close_code in CLOSE_FOR_GOOD:
        return ApiError(f"The server closed the live connection ({socket.close_code}).")
    return ConnectionError(f"closed with {socket.close_code}")


def _is_for_good(error: Exception) -> bool:
    if not isinstance(error, aiohttp.WSServerHandshakeError):
        return False
    return 400 <= error.status < 500 and error.status != TOO_MANY_REQUESTS


def _event(payload: dict[str, Any], field: str) -> dict[str, Any]:
    if payload.get("errors"):
        raise _fault(payload["errors"])
    event: dict[str, Any] = payload["data"][field]
    return event


def _fault(errors: list[dict[str, Any]]) -> ApiError:
    codes = {(error.get("extensions") or {}).get("code") for error in errors}
    kind = ServerFault if codes == {"INTERNAL"} else ApiError
    return kind("; ".join(error["message"] for error in errors))


def _raise_user_errors(payload: object) -> None:
    errors = payload.get("userErrors") if isinstance(payload, dict) else None
    if errors:
        lines = [f"{'.'.join(e['path'][1:]) or 'input'}: {e['message']} ({e['code']})" for e in errors]
        raise ApiError("\n".join(lines))
