from urllib.parse import urlsplit


def public_url(url: str, storage_base: str | None) -> str:
    """A presigned URL as this client reaches it: its origin replaced by `storage_base`, path and query kept.

    The signature is over the inner host, which the proxy at `storage_base` sets again. None leaves it alone.
    """
    if storage_base is None:
        return url
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{storage_base}{parts.path}{query}"
