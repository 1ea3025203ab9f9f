from collections.abc import Mapping

CLOSE = {"connection": "close"}


class RequestRefused(Exception):
    """What was sent is no request that can be answered; the text is for the client."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.headers = status, code, headers or {}


def malformed(message: str) -> RequestRefused:
    return RequestRefused(400, "BAD_REQUEST", message)


def body_too_large(max_bytes: int) -> RequestRefused:
    message = f"A request has at most {max_bytes} bytes; files go to storage, by `transfer`."
    return RequestRefused(413, "PAYLOAD_TOO_LARGE", message, CLOSE)


def body_too_slow(seconds: float) -> RequestRefused:
    message = f"A request is to be sent within {seconds:.0f} seconds."
    return RequestRefused(408, "REQUEST_TIMEOUT", message, CLOSE)


def method_not_allowed(message: str, allowed: str) -> RequestRefused:
    return RequestRefused(405, "METHOD_NOT_ALLOWED", message, {"allow": allowed})


def not_acceptable(message: str) -> RequestRefused:
    return RequestRefused(406, "NOT_ACCEPTABLE", message)


def unsupported_media_type(message: str) -> RequestRefused:
    return RequestRefused(415, "UNSUPPORTED_MEDIA_TYPE", message, {"accept-post": "application/json"})
