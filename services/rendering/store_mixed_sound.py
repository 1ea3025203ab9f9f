import asyncio

import models
from services.gateways.object_storage import ObjectStorage
from services.job_settings.asset_names import TITLE_SOUND_NAME, sound_name
from services.job_settings.clip_runs import clip_runs
from services.job_settings.programme_timeline import programme_duration_ms
from services.media.media_source import SourceMissing
from services.media.probed_media import ProbedMedia
from services.production_config import AudioMode, ProductionConfig
from services.rendering.render_errors import AssetsFailed
from services.scratch_folder import scratch_folder
from services.sound.mix_sound import mix_sound
from services.sound.sound_track import SoundTrack, SoundUnreadable, find_sound

CONTENT_TYPE = "audio/flac"
URL_SECONDS = 3600


async def store_mixed_sound(
    *,
    config: ProductionConfig,
    media: ProbedMedia,
    upload: models.Upload,
    music_upload: models.Upload,
    folder: str,
    storage: ObjectStorage,
) -> None:
    """Mix the upload's sound with the config's music, and store a file for each of the job's inputs.

    What an earlier attempt has stored is whole, and the same, and is left. Raises AssetsFailed.
    """
    if config.audio.music is None or await _is_stored(config, media, folder, storage):
        return
    seconds = URL_SECONDS + 4 * programme_duration_ms(config, media) // 1000
    music_track = await _track(music_upload, storage, seconds, is_music=True)
    has_own = media.has_audio and config.audio.mode is not AudioMode.MUTE
    own_track = await _track(upload, storage, seconds, is_music=False) if has_own else None
    async with scratch_folder() as scratch:
        try:
            mixed = await mix_sound(
                config=config,
                media=media,
                music=config.audio.music,
                own_track=own_track,
                music_track=music_track,
                folder=scratch,
            )
        except SoundUnreadable as error:
            is_music = error.source == music_track.source
            raise _unreadable(music_upload if is_music else upload, is_music, error) from error
        for file in (*mixed.inputs, *filter(None, [mixed.title])):
            await storage.put_file(f"{folder}/{file.name}", file, content_type=CONTENT_TYPE)


async def _is_stored(
    config: ProductionConfig, media: ProbedMedia, folder: str, storage: ObjectStorage
) -> bool:
    names = [sound_name(index) for index, _ in enumerate(clip_runs(config, media))]
    names += [TITLE_SOUND_NAME] if config.title_page else []
    heads = await asyncio.gather(*(storage.head(f"{folder}/{name}") for name in names))
    return all(head is not None for head in heads)


async def _track(
    upload: models.Upload, storage: ObjectStorage, seconds: int, *, is_music: bool
) -> SoundTrack:
    url = await storage.presign_get(upload.source_key, seconds=seconds)
    try:
        return await asyncio.to_thread(find_sound, url)
    except SourceMissing as error:
        raise AssetsFailed("ASSET_MISSING", f"“{upload.title}” is no longer there.") from error
    except SoundUnreadable as error:
        raise _unreadable(upload, is_music, error) from error


def _unreadable(upload: models.Upload, is_music: bool, error: SoundUnreadable) -> AssetsFailed:
    code = "ASSET_UNREADABLE" if is_music else "SOUND_UNREADABLE"
    return AssetsFailed(code, f"The sound of “{upload.title}” cannot be read. {error}")
