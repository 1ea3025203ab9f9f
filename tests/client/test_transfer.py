import hashlib
import os

import aiohttp
import pytest
from aiohttp import web

from client.api import TIMEOUT, Api, ApiError
from client.transfer import send_file, sha256_of
from tests.local_server import serving

PART = 300_000


class Storage:
    """Answers the two transfer queries, and receives a form or parts."""

    def __init__(self, *, there=(), part_count=0, refusals=()):
        self.there, self.part_count = list(there), part_count
        self.refusals = list(refusals)
        self.form, self.parts, self.asked = [], {}, []

    async def graphql(self, request):
        body = await request.json()
        origin = f"http://{request.host}"
        if "numbers" in body["variables"]:
            numbers = body["variables"]["numbers"]
            self.asked += numbers
            transfer = {"parts": [{"number": n, "url": f"{origin}/part/{n}"} for n in numbers]}
        elif self.part_count:
            uploaded = [{"number": n} for n in self.there]
            transfer = {"__typename": "MultipartTransfer", "partSize": PART, "uploadedParts": uploaded}
            transfer["partCount"] = self.part_count
        else:
            fields = [{"name": "key", "value": "a/b"}, {"name": "policy", "value": "p=="}]
            transfer = {"__typename": "PresignedPost", "url": f"{origin}/form", "fields": fields}
        return web.json_response({"data": {"upload": {"transfer": transfer}}})

    async def receive_form(self, request):
        async for field in await request.multipart():
            self.form.append((field.name, bytes(await field.read())))
        return self._answer(204)

    async def receive_part(self, request):
        body = await request.read()
        answer = self._answer(200)
        if answer.status == 200:
            self.parts[int(request.match_info["number"])] = body
        return answer

    def _answer(self, status):
        if self.refusals:
            return web.Response(status=self.refusals.pop(0), text="<Error><Code>SlowDown</Code></Error>")
        return web.Response(status=status)

    def routes(self):
        return (
            web.post("/graphql", self.graphql),
            web.post("/form", self.receive_form),
            web.put("/part/{number}", self.receive_part),
        )


async def sent(storage, path):
    """What the bar was told."""
    told = []
    async with serving(*storage.routes()) as origin, aiohttp.ClientSession(timeout=TIMEOUT) as session:
        api = Api(session, origin, "token")
        await send_file(api, session, "u", path, lambda percent, note="": told.append((percent, note)))
    return told


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr("client.transfer.FIRST_RETRY_SECONDS", 0.01)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(os.urandom(2 * PART + 12_345))
    return path


async def test_a_form_brings_every_field_and_then_the_whole_file(file):
    storage = Storage()
    told = await sent(storage, file)
    assert storage.form == [("key", b"a/b"), ("policy", b"p=="), ("file", file.read_bytes())]
    percents = [percent for percent, _ in told]
    assert percents == sorted(percents)
    assert percents[-1] == 100
    assert len({p for p in percents if 0 < p < 100}) > 1


async def test_a_refused_form_is_said_with_the_reason_of_storage(file):
    with pytest.raises(ApiError, match=r"^Storage refused the file \(403 SlowDown\)\.$"):
        await sent(Storage(refusals=[403]), file)


async def test_only_missing_parts_are_sent(file):
    storage = Storage(there=[2], part_count=3)
    told = await sent(storage, file)
    whole = file.read_bytes()
    assert storage.parts == {1: whole[:PART], 3: whole[2 * PART :]}
    assert storage.asked == [1, 3]
    percents = [percent for percent, _ in told]
    assert percents == sorted(percents)
    assert percents[-1] == 100
    assert {note for _, note in told} == {"part 1 of 3", "part 3 of 3", ""}


async def test_a_part_refused_twice_arrives_at_the_third_try(file):
    storage = Storage(part_count=3, refusals=[503, 500])
    await sent(storage, file)
    assert storage.asked == [1, 1, 1, 2, 3]
    assert b"".join(storage.parts[n] for n in (1, 2, 3)) == file.read_bytes()


async def test_a_part_refused_three_times_ends_it(file):
    storage = Storage(part_count=3, refusals=[503, 503, 503])
    with pytest.raises(ApiError, match=r"^Storage refused the file \(503 SlowDown\)\.$"):
        await sent(storage, file)
    assert (storage.asked, storage.parts) == ([1, 1, 1], {})


async def test_a_large_file_is_not_limited_in_time():
    assert TIMEOUT.total is None


async def test_the_checksum_is_that_of_the_file(file):
    assert await sha256_of(file) == hashlib.sha256(file.read_bytes()).hexdigest()
