from collections.abc import Mapping


class RequestRefused(Exception):
    """What was sent is no request that can be answered; the text is for the client."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.headers = status, code, headers or {}


def malformed(message: str) -> RequestRefused:
    return RequestRefused(400, "BAD_REQUEST", message)


def method_not_allowed(message: str, allowed: str) -> RequestRefused:
    return RequestRefused(405, "METHOD_NOT_ALLOWED", message, {"allow": allowed})


def not_acceptable(message: str) -> RequestRefused:
    return RequestRefused(406, "NOT_ACCEPTABLE", message)


def unsupported_media_type(message: str) -> RequestRefused:
    return RequestRefused(415, "UNSUPPORTED_MEDIA_TYPE", message, {"accept-post": "application/json"})
