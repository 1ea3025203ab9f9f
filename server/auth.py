from collections.abc import Mapping
from typing import Any

from services.access_tokens import Credential, CredentialProblem, CredentialRefused, read_credential
from services.gateways.clock import Clock
from services.known_credentials import KnownCredentials
from services.viewer import ANONYMOUS

NOBODY = Credential(ANONYMOUS, None)


async def credential_of_header(authorization: bytes | None, known: KnownCredentials) -> Credential:
    """Nobody's without the header. Raises CredentialRefused for a wrong one: a client that means to be
    somebody must learn that it is not, instead of seeing less than it should."""
    if not authorization:
        return NOBODY
    return await known.credential_of(_token_in(authorization.decode("latin-1")))


async def credential_of_connection(payload: Mapping[str, Any], clock: Clock) -> Credential:
    """That of a WebSocket, by its connection_init payload `{"authorization": "Bearer …"}`. It is looked up
    anew, as it counts for hours."""
    authorization = payload.get("authorization") or payload.get("Authorization")
    if not isinstance(authorization, str) or not authorization:
        return NOBODY
    return await read_credential(token=_token_in(authorization), clock=clock)


def _token_in(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise CredentialRefused(CredentialProblem.REVOKED)
    return token
