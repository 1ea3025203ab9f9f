"""Why a socket is closed: the codes of graphql-transport-ws and those of RFC 6455, section 7.4."""

INVALID, UNAUTHORIZED, FORBIDDEN = 4400, 4401, 4403
SUBPROTOCOL_NOT_ACCEPTABLE, INIT_TIMEOUT = 4406, 4408
SUBSCRIBER_EXISTS, TOO_MANY_INITS = 4409, 4429
POLICY_VIOLATION, INTERNAL_ERROR, TRY_AGAIN_LATER = 1008, 1011, 1013


class Closing(Exception):
    """The socket is to be closed with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason

    @property
    def drops_what_waits(self) -> bool:
        """Whether frames that still wait are not sent before: their client does not read, or may not."""
        return self.code in (TRY_AGAIN_LATER, UNAUTHORIZED, FORBIDDEN)
