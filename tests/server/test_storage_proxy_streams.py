"""Storage through our own port: forms, heads, refusals, and bodies that are never held whole."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from embedded.ports import free_ports
from server.storage_proxy import open_storage_proxy, storage_proxy_routes
from services.gateways.public_url import public_url
from tests.conftest import started

MIB = 1024 * 1024


@pytest.fixture
def outside(server):
    """A presigned URL as a browser gets it."""
    return lambda url: public_url(url, f"{server}/storage")


async def post(http, outside, form, body, **changes):
    fields = form.fields | changes
    return await http.post(outside(form.url), data=fields, files={"file": ("clip.mp4", body)})


async def test_a_form_is_taken_as_it_was_signed_and_not_otherwise(http, storage, outside):
    key = "t/form ünï.mp4"
    form = await storage.presign_post(key, content_type="video/mp4", byte_size=5, seconds=60)
    refusals = [
        await post(http, outside, form, b"12345", key="t/elsewhere.mp4"),
        await post(http, outside, form, b"12345", **{"Content-Type": "text/html"}),
        await post(http, outside, form, b"12345", **{"x-amz-signature": "0" * 64}),
        await post(http, outside, form, b"123456"),
        await http.post(outside(form.url), data={"key": key}, files={"file": ("x", b"12345")}),
    ]
    assert [answer.status_code for answer in refusals if answer.status_code not in (400, 403)] == []
    assert all(answer.headers["access-control-allow-origin"] == "*" for answer in refusals)
    assert await storage.head(key) is None
    assert await storage.head("t/elsewhere.mp4") is None
    taken = await post(http, outside, form, b"12345")
    assert (taken.status_code, taken.headers["access-control-allow-origin"]) == (201, "*")
    assert await storage.get(key) == b"12345"
    assert (await storage.head(key)).content_type == "video/mp4"


async def test_a_head_tells_the_size_and_sends_nothing(http, storage, outside):
    await storage.put("t/head.mp4", b"x" * 1000, content_type="video/mp4")
    url = await storage._client.generate_presigned_url(
        "head_object", Params={"Bucket": storage._bucket, "Key": "t/head.mp4"}, ExpiresIn=60
    )
    answer = await http.head(outside(url))
    assert (answer.status_code, answer.content) == (200, b"")
    assert (answer.headers["content-length"], answer.headers["content-type"]) == ("1000", "video/mp4")


@pytest.mark.parametrize("accepted", ["identity", "gzip"])
async def test_a_text_comes_in_no_encoding_nobody_asked_for(http, storage, outside, accepted):
    text = b"WEBVTT\n\n" + b"00:00.000 --> 00:01.000\nHello\n\n" * 2000
    await storage.put("t/captions.vtt", text, content_type="text/vtt")
    url = outside(await storage.presign_get("t/captions.vtt", seconds=60))
    answer = await http.get(url, headers={"accept-encoding": accepted})
    assert "content-encoding" not in answer.headers
    assert (answer.content, answer.headers["content-length"]) == (text, str(len(text)))


async def test_what_has_not_changed_is_not_sent_again(http, storage, outside):
    await storage.put("t/cached.bin", b"x" * 10, content_type="application/octet-stream")
    url = outside(await storage.presign_get("t/cached.bin", seconds=60))
    first = await http.get(url)
    again = await http.get(url, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_wrong_or_old_signature_is_refused_by_storage(http, storage, outside):
    await storage.put("t/secret.bin", b"secret", content_type="application/octet-stream")
    good = outside(await storage.presign_get("t/secret.bin", seconds=60))
    bare, _, query = good.partition("?")
    signature = query.rpartition("X-Amz-Signature=")[2].partition("&")[0]
    old = outside(await storage.presign_get("t/secret.bin", seconds=-60))
    refused = [
        await http.get(good.replace(signature, "0" * 64)),
        await http.get(good.replace("X-Amz-Expires=60", "X-Amz-Expires=6000")),
        await http.get(f"{bare}?X-Amz-Signature={signature}"),
        await http.get(f"{bare.rpartition('/t/')[0]}?X-Amz-Signature={signature}"),
        await http.get(f"{bare.rpartition('/media')[0]}/?X-Amz-Signature={signature}"),
        await http.put(f"{bare}?X-Amz-Signature={signature}", content=b"x"),
        await http.put(good, content=b"x"),
        await http.get(old),
    ]
    assert [answer.request.url for answer in refused if answer.status_code not in (400, 403)] == []
    assert [answer.request.url for answer in refused if answer.content == b"secret"] == []
    assert await storage.get("t/secret.bin") == b"secret"


class SlowStorage:
    """Storage that reads and sends only when told to: what waits in between is in the proxy."""

    def __init__(self) -> None:
        self.arrived = 0
        self.go_on = asyncio.Event()
        self.url = ""

    async def take(self, request):
        await self.go_on.wait()
        async for chunk in request.stream():
            self.arrived += len(chunk)
        return StreamingResponse(iter([b"stored"]))

    async def give(self, request):
        async def body() -> AsyncIterator[bytes]:
            yield b"first"
            await self.go_on.wait()
            yield b"last"

        return StreamingResponse(body())

    async def heard(self, request):
        return JSONResponse(dict(request.headers))

    async def break_off(self, request):
        async def body() -> AsyncIterator[bytes]:
            yield b"12345"
            raise ConnectionError

        return StreamingResponse(body(), headers={"content-length": "10"})


@pytest.fixture
async def slow():
    storage = SlowStorage()
    ends = [
        Route("/give", storage.give),
        Route("/take", storage.take, methods=["PUT"]),
        Route("/break", storage.break_off),
        Route("/heard", storage.heard),
    ]
    async with (
        served(Starlette(routes=ends)) as inner,
        open_storage_proxy(inner) as proxy,
        served(Starlette(routes=storage_proxy_routes(proxy))) as outer,
    ):
        storage.url = f"{outer}/storage"
        yield storage
        storage.go_on.set()


class served:
    """An app on a real socket; its origin."""

    def __init__(self, app) -> None:
        [port] = free_ports(1)
        self.origin = f"http://127.0.0.1:{port}"
        self._server = uvicorn.Server(
            uvicorn.Config(app, host="127.0.0.1", port=port, lifespan="off", log_level="critical")
        )

    async def __aenter__(self) -> str:
        self._task = asyncio.create_task(self._server.serve())
        await started(self._server)
        return self.origin

    async def __aexit__(self, *exc) -> None:
        self._server.should_exit = True
        await self._task


async def test_what_has_come_is_passed_on_before_the_rest_is_there(slow):
    url = f"{slow.url}/give?X-Amz-Signature=1"
    async with httpx.AsyncClient(timeout=10) as client, client.stream("GET", url) as answer:
        chunks = answer.aiter_raw()
        assert await anext(chunks) == b"first"
        slow.go_on.set()
        assert b"".join([chunk async for chunk in chunks]) == b"last"


async def test_a_body_is_not_taken_faster_than_storage_takes_it(slow):
    """Of 64 MiB no more leaves the client than sockets and buffers hold, until storage begins to read."""
    size, sent = 64 * MIB, 0

    async def body():
        nonlocal sent
        while sent < size:
            sent += MIB
            yield bytes(MIB)

    async with aiohttp.ClientSession() as client:
        headers = {"content-length": str(size)}
        url = f"{slow.url}/take?X-Amz-Signature=1"
        sending = asyncio.create_task(client.put(url, data=body(), headers=headers))
        before = -1
        while sent != before or not sent:  # until nothing moves any more
            before = sent
            await asyncio.sleep(0.3)
        assert sent < size / 2, "the proxy has taken what storage has not"
        slow.go_on.set()
        answer = await asyncio.wait_for(sending, 20)
        assert (answer.status, await answer.read()) == (200, b"stored")
    assert slow.arrived == size


async def test_an_answer_cut_off_by_storage_does_not_look_whole(slow):
    async with httpx.AsyncClient(timeout=10) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get(f"{slow.url}/break?X-Amz-Signature=1")


async def test_storage_hears_what_it_must_and_no_more(slow):
    """No credentials, no cookies; and bytes are wanted as they are stored, whatever the client could read."""
    told = {"authorization": "Bearer x", "cookie": "a=b", "x-amz-acl": "public-read", "range": "bytes=0-1"}
    async with httpx.AsyncClient(timeout=10) as client:
        answer = await client.get(f"{slow.url}/heard?X-Amz-Signature=1", headers=told)
    heard = answer.json()
    assert heard.pop("host") != httpx.URL(slow.url).netloc.decode()
    assert heard.pop("user-agent").startswith("Python")
    assert heard == {
        "accept": "*/*",
        "accept-encoding": "identity",
        # A connection that is kept may be closed by the store while the next form is on its way.
        "connection": "close",
        "range": "bytes=0-1",
    }
