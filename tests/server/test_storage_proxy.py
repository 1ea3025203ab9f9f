"""Storage through our own port: what is signed passes byte by byte, and nothing else does."""

import httpx
import pytest
from starlette.applications import Starlette

from embedded.ports import free_ports
from server.storage_proxy import open_storage_proxy, storage_proxy_routes
from services.gateways.public_url import public_url

MIB = 1024 * 1024


@pytest.fixture
def outside(server):
    """A presigned URL as a browser gets it."""
    return lambda url: public_url(url, f"{server}/storage")


@pytest.mark.parametrize("key", ["t/plain.bin", "t/a b+c&d=e%25.bin", "t/ünï-日本.bin"])
async def test_bytes_come_back_as_they_are(http, storage, outside, key):
    await storage.put(key, b"0123456789", content_type="application/octet-stream")
    url = outside(await storage.presign_get(key, seconds=60))
    whole = await http.get(url)
    assert (whole.status_code, whole.content) == (200, b"0123456789")
    assert whole.headers["access-control-allow-origin"] == "*"
    part = await http.get(url, headers={"range": "bytes=2-4"})
    assert (part.status_code, part.content) == (206, b"234")
    assert part.headers["content-range"] == "bytes 2-4/10"
    assert "ETag" in part.headers["access-control-expose-headers"]


async def test_a_download_is_named_as_its_owner_named_it(http, storage, outside):
    await storage.put("t/named.mp4", b"x", content_type="video/mp4")
    url = outside(await storage.presign_get("t/named.mp4", seconds=60, filename='Ünï "x".mp4'))
    told = (await http.get(url)).headers["content-disposition"]
    assert told == "attachment; filename=\"_n_ _x_.mp4\"; filename*=UTF-8''%C3%9Cn%C3%AF%20%22x%22.mp4"


async def test_a_large_part_streams_through(http, storage, outside):
    multipart = await storage.start_multipart("t/large.bin", content_type="video/mp4")
    url = outside(await storage.presign_part("t/large.bin", multipart, 1, seconds=60))
    chunk = bytes(range(256)) * 4096

    async def body():
        for _ in range(30):
            yield chunk

    sent = await http.put(url, content=body(), headers={"content-length": str(30 * MIB)})
    assert sent.status_code == 200
    (part,) = await storage.uploaded_parts("t/large.bin", multipart)
    assert (part.byte_size, part.etag) == (30 * MIB, sent.headers["etag"].strip('"'))
    await storage.abort_multipart("t/large.bin", multipart)


async def test_without_a_signature_nothing_passes(http, storage, outside):
    await storage.put("t/secret.bin", b"secret", content_type="application/octet-stream")
    url = outside(await storage.presign_get("t/secret.bin", seconds=60))
    bare = url.partition("?")[0]
    for answer in (
        await http.get(bare),
        await http.get(bare.rpartition("/")[0]),
        await http.put(bare, content=b"x"),
        await http.post(bare, content=b"x"),
        await http.delete(url),
    ):
        assert answer.status_code in (403, 405), answer.request.method
    tampered = await http.get(url.replace("secret.bin", "other.bin"))
    assert tampered.status_code == 403
    assert await storage.get("t/secret.bin") == b"secret"


async def test_pages_on_other_origins_may_send(http):
    answer = await http.options("/storage/media", headers={"origin": "https://studio.example.com"})
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD, PUT, POST"


async def test_storage_that_is_away_is_said():
    async with open_storage_proxy(f"http://127.0.0.1:{free_ports(1)[0]}") as proxy:
        app = Starlette(routes=storage_proxy_routes(proxy))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            answer = await client.get("/storage/media/x?X-Amz-Signature=1")
    assert (answer.status_code, answer.text) == (502, "Storage does not answer.")
