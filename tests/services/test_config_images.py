from uuid import uuid4

import pytest

from models.statuses import UploadKind
from services.config_images import config_images
from services.production_config import ProductionConfig, TitlePage
from services.recently_used import RecentlyUsed
from tests.factories import make_upload, make_user


class CountedReads:
    """Real storage that counts what is read from it."""

    def __init__(self, storage):
        self.storage = storage
        self.read = []

    def uri(self, key):
        return self.storage.uri(key)

    async def get(self, key):
        self.read.append(key)
        return await self.storage.get(key)


@pytest.fixture
def counted(storage):
    return CountedReads(storage)


def page(background=None, logo=None):
    return ProductionConfig(TitlePage("Title", background_upload_id=background, logo_upload_id=logo))


async def test_an_images_file_and_a_videos_poster_are_read_once(storage, counted):
    ada = await make_user()
    video = await make_upload(ada, poster_key=f"t/{ada.id}/uploads/v/poster.jpg")
    logo = await make_upload(ada, kind=UploadKind.IMAGE, source_key=f"t/{ada.id}/uploads/i/source.png")
    await storage.put(video.poster_key, b"poster", content_type="image/jpeg")
    await storage.put(logo.source_key, b"logo", content_type="image/png")
    config = page(video.id, logo.id)
    expected = {video.id: b"poster", logo.id: b"logo"}
    assert await config_images(config, ada.id, counted) == expected
    assert await config_images(config, ada.id, counted) == expected
    assert sorted(counted.read) == sorted([video.poster_key, logo.source_key])


async def test_what_belongs_to_others_or_has_no_picture_is_left_out(counted):
    ada, bob = await make_user(), await make_user("Bob")
    theirs = await make_upload(bob, kind=UploadKind.IMAGE)
    sound = await make_upload(ada, kind=UploadKind.AUDIO)
    for config in (page(theirs.id, sound.id), page(uuid4()), page(), ProductionConfig()):
        assert await config_images(config, ada.id, counted) == {}
    assert counted.read == []


async def test_a_file_that_is_gone_is_left_out_until_it_is_there(storage, counted):
    ada = await make_user()
    logo = await make_upload(ada, kind=UploadKind.IMAGE, source_key=f"t/{ada.id}/uploads/g/source.png")
    assert await config_images(page(logo=logo.id), ada.id, counted) == {}
    await storage.put(logo.source_key, b"logo", content_type="image/png")
    assert await config_images(page(logo=logo.id), ada.id, counted) == {logo.id: b"logo"}


def test_what_was_used_longest_ago_is_forgotten_first():
    kept = RecentlyUsed(10, len)
    kept.put("a", b"1234")
    kept.put("b", b"1234")
    assert kept.get("a") == b"1234"
    kept.put("c", b"123456")
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == (b"1234", None, b"123456")
    kept.put("huge", b"x" * 11)
    assert (kept.get("huge"), len(kept)) == (None, 2)
