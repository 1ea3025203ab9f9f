"""Files are put in parts, at the real S3 server."""

import os

import pytest

from services.gateways import s3_object_storage

PART = 5 * 1024 * 1024


@pytest.fixture
def parts(monkeypatch):
    """As small as S3 takes them."""
    monkeypatch.setattr(s3_object_storage, "PART", PART)


async def unfinished(storage, prefix):
    listed = await storage._client.list_multipart_uploads(Bucket=storage._bucket, Prefix=prefix)
    return [each["Key"] for each in listed.get("Uploads", [])]


@pytest.mark.parametrize("size", [0, PART, PART + 1, 2 * PART, 2 * PART + 3])
async def test_a_file_arrives_whole(storage, tmp_path, parts, size):
    body, path = os.urandom(size), tmp_path / "sound.flac"
    path.write_bytes(body)
    key = f"put-file/{size}"
    await storage.put_file(key, path, content_type="audio/flac")
    assert await storage.get(key) == body
    stored = await storage.head(key)
    assert (stored.byte_size, stored.content_type) == (size, "audio/flac")
    assert await unfinished(storage, key) == []


async def test_a_file_that_cannot_be_read_to_its_end_leaves_nothing(storage, tmp_path, parts):
    path = tmp_path / "sound.flac"
    path.write_bytes(bytes(2 * PART))
    sent = []

    async def second_is_lost(params, **_):
        sent.append(params["PartNumber"])
        if len(sent) == 2:
            assert await unfinished(storage, "put-file/lost") == ["put-file/lost"]
            raise OSError("the disk is gone")

    events, name = storage._client.meta.events, "provide-client-params.s3.UploadPart"
    events.register(name, second_is_lost)
    try:
        with pytest.raises(OSError, match="the disk is gone"):
            await storage.put_file("put-file/lost", path, content_type="audio/flac")
    finally:
        events.unregister(name, second_is_lost)
    assert await unfinished(storage, "put-file/lost") == []
    assert await storage.head("put-file/lost") is None
