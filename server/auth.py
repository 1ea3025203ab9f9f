from collections.abc import Mapping
from typing import Any

from services.access_tokens import Credential, CredentialProblem, CredentialRefused, read_credential
from services.gateways.clock import Clock
from services.viewer import ANONYMOUS

NOBODY = Credential(ANONYMOUS, None)


async def credential_of_header(authorization: str | None, clock: Clock) -> Credential:
    """Nobody's without the header. Raises CredentialRefused for a wrong one: a client that means to be
    somebody must learn that it is not, instead of seeing less than it should."""
    if not authorization:
        return NOBODY
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise CredentialRefused(CredentialProblem.REVOKED)
    return await read_credential(token=token.strip(), clock=clock)


async def credential_of_connection(payload: Mapping[str, Any], clock: Clock) -> Credential:
    """That of a WebSocket, by its connection_init payload `{"authorization": "Bearer …"}`."""
    authorization = payload.get("authorization") or payload.get("Authorization")
    return await credential_of_header(authorization if isinstance(authorization, str) else None, clock)
