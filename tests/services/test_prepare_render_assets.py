"""A render's own files: all there before its job, the same each time, and clear words when one cannot be."""

import asyncio
import contextlib
import tempfile
from pathlib import Path

import pytest

import models
from models.statuses import ProductionStatus, UploadKind
from services.media.probe_media import probe_media
from services.production_config import (
    AudioConfig,
    AudioMode,
    Caption,
    CaptionMode,
    KeptRange,
    LowerThird,
    Music,
    ProductionConfig,
    TitlePage,
    Trim,
)
from services.rendering.prepare_render_assets import prepare_render_assets
from services.rendering.render_errors import RULES, AssetsFailed
from services.rendering.while_wanted import while_wanted
from services.scratch_folder import PREFIX
from tests.factories import make_production, make_upload, make_user
from tests.services.sound.sounds import RATE, heard_in, level, speaking_clip, tone

SRT = "1\r\n00:00:01,000 --> 00:00:02,500\r\nHello & <b>welcome</b>\r\n"
WEBVTT = "WEBVTT\n\n00:01.000 --> 00:02.500\nHello\n"


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    return speaking_clip(tmp_path_factory.mktemp("assets") / "speaking.mov", (1, 2), seconds=4)


@pytest.fixture(scope="module")
def song(tmp_path_factory):
    return tone(tmp_path_factory.mktemp("assets") / "song.mp3", seconds=2).read_bytes()


async def stored(storage, owner, body, **values):
    upload = await make_upload(owner, **values)
    await storage.put(upload.source_key, body, content_type=upload.content_type)
    return upload


class Room:
    """A production's render with its uploads in storage, and what is prepared for it."""

    def __init__(self, storage, owner, video):
        self.storage, self.owner, self.video = storage, owner, video

    async def open(self):
        self.media = probe_media(str(self.video))
        self.upload = await stored(
            self.storage, self.owner, self.video.read_bytes(), media=self.media.to_json(), title="Talk"
        )
        production = await make_production(self.owner, upload=self.upload, status=ProductionStatus.QUEUED)
        self.render = await models.Render.get(production_id=production.id)
        return self

    async def prepare(self, config, **instead):
        values = {"render": self.render, "upload": self.upload, "config": config, "media": self.media}
        return await prepare_render_assets(**(values | {"storage": self.storage} | instead))

    async def assets(self):
        prefix = f"{self.render.output_prefix}/assets/"
        found = [item.key for item in await self.storage.list_objects(prefix)]
        return {key.removeprefix(prefix): await self.storage.get(key) for key in found}

    async def music(self, body, **values):
        kind = {"kind": UploadKind.AUDIO, "content_type": "audio/mpeg", "title": "Song"}
        return await stored(self.storage, self.owner, body, **(kind | values))

    async def captions(self, text):
        return await stored(
            self.storage,
            self.owner,
            text.encode(),
            kind=UploadKind.CAPTIONS,
            content_type="text/vtt",
            title="Words",
        )


@pytest.fixture
async def room(storage, video):
    return await Room(storage, await make_user(), video).open()


def scratch_folders():
    return set(Path(tempfile.gettempdir()).glob(f"{PREFIX}*"))


async def test_without_anything_asked_for_nothing_is_stored(room):
    assert await room.prepare(ProductionConfig()) == []
    assert await room.assets() == {}


async def test_everything_at_once_and_again_the_same(room, song, tmp_path):
    music, captions = await room.music(song), await room.captions(SRT)
    config = ProductionConfig(
        title_page=TitlePage("Title", duration_ms=1000),
        lower_thirds=(LowerThird("Ada", 500, 1500),),
        audio=AudioConfig(music=Music(music.id, fade_in_ms=0)),
        trim=Trim((KeptRange(2000, 4000), KeptRange(0, 1500))),
        captions=(Caption(captions.id), Caption(captions.id, language="de", mode=CaptionMode.BURN_IN)),
    )
    before = scratch_folders()
    overlays = await room.prepare(config)
    assert [overlay.name for overlay in overlays] == ["title.png", "lower-third-1.png"]
    first = await room.assets()
    assert sorted(first) == [
        "captions-1.vtt",
        "captions-2.vtt",
        "lower-third-1.png",
        "sound-1.flac",
        "sound-2.flac",
        "title-sound.flac",
        "title.png",
    ]
    assert first["captions-1.vtt"].decode() == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nHello &amp; <b>welcome</b>\n"
    )
    assert scratch_folders() == before
    (tmp_path / "title.flac").write_bytes(first["title-sound.flac"])
    assert level(heard_in(tmp_path / "title.flac"), 0.1, 0.9) == pytest.approx(-33, abs=1)
    for name in ("sound-1.flac", "sound-2.flac"):
        head = await room.storage.head(f"{room.render.output_prefix}/assets/{name}")
        assert head.content_type == "audio/flac"
    await room.storage.delete_prefix(f"{room.render.output_prefix}/assets/sound-2.flac")
    await room.prepare(config)
    assert await room.assets() == first


async def test_a_mix_that_is_whole_is_not_made_again(room, song):
    """An attempt that died after it needs the music no more."""
    music = await room.music(song)
    config = ProductionConfig(audio=AudioConfig(music=Music(music.id)))
    await room.prepare(config)
    first = await room.assets()
    await room.storage.put(music.source_key, b"other bytes", content_type="audio/mpeg")
    await room.prepare(config)
    assert await room.assets() == first


async def test_the_sound_of_a_video_is_music_too(room, video, tmp_path):
    music = await room.music(video.read_bytes(), kind=UploadKind.VIDEO, content_type="video/quicktime")
    config = ProductionConfig(audio=AudioConfig(mode=AudioMode.MUTE, music=Music(music.id, gain_db=0)))
    await room.prepare(config)
    (tmp_path / "sound.flac").write_bytes((await room.assets())["sound-1.flac"])
    sound = heard_in(tmp_path / "sound.flac")
    assert level(sound, 1.1, 1.9) > level(sound, 2.2, 3) + 30
    assert len(sound) / RATE == pytest.approx(4.2, abs=0.01)


async def refusal(room, config):
    before = scratch_folders()
    with pytest.raises(AssetsFailed) as raised:
        await room.prepare(config)
    assert scratch_folders() == before
    assert raised.value.code in RULES
    assert not RULES[raised.value.code].is_retryable
    assert all(not name.endswith((".flac", ".vtt")) for name in await room.assets())
    return raised.value.code, str(raised.value)


async def test_what_is_gone_is_named(room, song):
    music, captions = await room.music(song), await room.captions(WEBVTT)
    for key in (music.source_key, captions.source_key):
        await room.storage.delete_prefix(key)
    assert await refusal(room, ProductionConfig(audio=AudioConfig(music=Music(music.id)))) == (
        "ASSET_MISSING",
        "“Song” (at config.audio.music.uploadId) is no longer there.",
    )
    assert await refusal(room, ProductionConfig(captions=(Caption(captions.id),))) == (
        "ASSET_MISSING",
        "“Words” (at config.captions.0.uploadId) is no longer there.",
    )
    await captions.delete()
    assert await refusal(room, ProductionConfig(captions=(Caption(captions.id),))) == (
        "ASSET_MISSING",
        "An upload (at config.captions.0.uploadId) is no longer there.",
    )


async def test_an_upload_of_somebody_else_is_not_used(room, storage, song):
    stranger = Room(storage, await make_user(), room.video)
    music = await stranger.music(song)
    code, message = await refusal(room, ProductionConfig(audio=AudioConfig(music=Music(music.id))))
    assert code == "ASSET_MISSING"
    assert "Song" not in message


async def test_what_cannot_be_read_is_named(room):
    music, captions = await room.music(b"no sound " * 4000), await room.captions("no captions at all")
    page = TitlePage("T", background_upload_id=(await room.music(b"no image", kind=UploadKind.IMAGE)).id)
    code, message = await refusal(room, ProductionConfig(audio=AudioConfig(music=Music(music.id))))
    assert code == "ASSET_UNREADABLE"
    assert message.startswith("The sound of “Song” cannot be read.")
    code, message = await refusal(room, ProductionConfig(captions=(Caption(captions.id),)))
    assert code == "ASSET_UNREADABLE"
    assert message.startswith("The captions “Words” cannot be read:")
    assert (await refusal(room, ProductionConfig(title_page=page)))[0] == "ASSET_UNREADABLE"


async def test_an_upload_whose_own_sound_is_gone_says_so(room, song):
    music = await room.music(song)
    await room.storage.put(room.upload.source_key, b"rubbish" * 9999, content_type="video/mp4")
    code, message = await refusal(room, ProductionConfig(audio=AudioConfig(music=Music(music.id))))
    assert (code, message[:40]) == ("SOUND_UNREADABLE", "The sound of “Talk” cannot be read. The ")


async def test_storage_that_is_down_is_no_verdict(room, song):
    """It may be there again: nothing of it is the config's fault."""
    music = await room.music(song)

    class Down:
        def __getattr__(self, name):
            return getattr(room.storage, name)

        async def put_file(self, *args, **kwargs):
            raise OSError("no route")

    before = scratch_folders()
    with pytest.raises(OSError, match="no route"):
        await room.prepare(ProductionConfig(audio=AudioConfig(music=Music(music.id))), storage=Down())
    assert scratch_folders() == before


@pytest.fixture
def often(monkeypatch):
    """Long work is looked after every 50 ms."""
    monkeypatch.setattr("services.rendering.while_wanted.LOOK_SECONDS", 0.05)


@pytest.mark.parametrize(
    "change", [{"cancel_requested_at": "now"}, {"status": ProductionStatus.CANCELED}, {"attempts": 7}]
)
async def test_long_work_stops_when_the_render_is_no_longer_wanted(room, clock, often, change):
    stopped = asyncio.Event()

    async def work():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        stopped.set()

    values = {name: clock.now() if value == "now" else value for name, value in change.items()}
    await models.Render.filter(id=room.render.id).update(**values)
    assert await while_wanted(work(), render=room.render) is None
    assert stopped.is_set()


async def test_work_that_is_wanted_comes_to_its_end(room, often):
    async def work():
        await asyncio.sleep(0.2)
        return "done"

    assert await while_wanted(work(), render=room.render) == "done"

    async def failing():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await while_wanted(failing(), render=room.render)
