import re
from collections.abc import Mapping
from urllib.parse import urlsplit

HOST = re.compile(rb"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


def origin_of(headers: Mapping[bytes, bytes], scheme: str, public_url: str | None) -> str:
    """The origin that links in an answer begin with.

    The configured one; else the one the client itself used, so that links work through a tunnel too. Only
    this client gets them, so a forged Host harms its sender alone; what is no host name is not repeated.
    """
    if public_url:
        return public_url.rstrip("/")
    host = headers.get(b"host", b"")
    if not HOST.fullmatch(host):
        host = b"127.0.0.1"
    is_secure = headers.get(b"x-forwarded-proto", scheme.encode()) in (b"https", b"wss")
    return f"{'https' if is_secure else 'http'}://{host.decode()}"


def origin_in(url: str) -> str:
    """The origin of a URL, as a browser writes it but for a port that is the scheme's own."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
