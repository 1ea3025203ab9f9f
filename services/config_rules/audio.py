from services.config_rules.problems import Problems, check_range, ms, outside
from services.job_settings.programme_timeline import programme_duration_ms
from services.media.probed_media import ProbedMedia
from services.production_config import AudioMode, Music, ProductionConfig

# MediaConvert takes -59 to 0; outside these nobody hears anything, or everything clips.
TARGET_LKFS = (-40.0, -5.0)
# What a channel of its remix matrix may have.
GAIN_DB = (-60.0, 6.0)
MUSIC_GAIN_DB = (-60.0, 12.0)
DUCKING_DB = (0.0, 40.0)
LONGEST_FADE_MS = 30_000


def audio_problems(config: ProductionConfig, media: ProbedMedia, *, timeline_is_valid: bool) -> Problems:
    """Loudness, gain and music."""
    audio, path = config.audio, ("config", "audio")
    if audio.mode is AudioMode.NORMALIZE:
        yield from check_range(audio.target_lkfs, TARGET_LKFS, "LKFS", (*path, "targetLkfs"))
    yield from check_range(audio.gain_db, GAIN_DB, "dB", (*path, "gainDb"))
    if audio.music is not None:
        programme_ms = programme_duration_ms(config, media) if timeline_is_valid else None
        yield from _music(audio.music, programme_ms)


def _music(music: Music, programme_ms: int | None) -> Problems:
    path = ("config", "audio", "music")
    yield from check_range(music.gain_db, MUSIC_GAIN_DB, "dB", (*path, "gainDb"))
    yield from check_range(music.ducking_db, DUCKING_DB, "dB", (*path, "duckingDb"))
    for name, fade in (("fadeInMs", music.fade_in_ms), ("fadeOutMs", music.fade_out_ms)):
        out_of_range = list(check_range(fade, (0, LONGEST_FADE_MS), "ms", (*path, name)))
        yield from out_of_range
        if not out_of_range and programme_ms is not None and fade > programme_ms:
            message = f"It fades for {ms(fade)}, but the production lasts {ms(programme_ms)}."
            yield outside(message, (*path, name))
