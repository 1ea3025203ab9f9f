import re
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

HOST = re.compile(r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


def origin_of(connection: HTTPConnection, public_url: str | None) -> str:
    """The origin that links in an answer begin with.

    The configured one; else the one the client itself used, so that links work through a tunnel too. Only
    this client gets them, so a forged Host harms its sender alone; what is no host name is not repeated.
    """
    if public_url:
        return public_url.rstrip("/")
    headers = connection.headers
    host = headers.get("host", "")
    if not HOST.fullmatch(host):
        host = "127.0.0.1"
    is_secure = headers.get("x-forwarded-proto", connection.url.scheme) in ("https", "wss")
    return f"{'https' if is_secure else 'http'}://{host}"


def origin_in(url: str) -> str:
    """The origin of a URL, as a browser writes it but for a port that is the scheme's own."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
