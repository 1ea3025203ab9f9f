"""A mix made as the service makes it, from files on disk."""

from pathlib import Path
from uuid import UUID

from services.media.probe_media import probe_media
from services.production_config import (
    AudioConfig,
    AudioMode,
    KeptRange,
    Music,
    ProductionConfig,
    TitlePage,
    Trim,
)
from services.sound.mix_sound import MixedSound, mix_sound
from services.sound.sound_track import find_sound

MUSIC_ID = UUID(int=1)


def config_with(
    music: Music | None = None,
    *,
    keep: tuple[tuple[int, int | None], ...] | None = None,
    title_ms: int | None = None,
    **audio,
) -> ProductionConfig:
    return ProductionConfig(
        title_page=TitlePage("A title", duration_ms=title_ms) if title_ms else None,
        audio=AudioConfig(music=music or Music(MUSIC_ID), **audio),
        trim=Trim(tuple(KeptRange(*part) for part in keep)) if keep else None,
    )


async def mixed(video: Path, music: Path, config: ProductionConfig, folder: Path) -> MixedSound:
    media = probe_media(str(video))
    has_own = media.has_audio and config.audio.mode is not AudioMode.MUTE
    folder.mkdir(exist_ok=True)
    return await mix_sound(
        config=config,
        media=media,
        music=config.audio.music,
        own_track=find_sound(str(video)) if has_own else None,
        music_track=find_sound(str(music)),
        folder=folder,
    )
