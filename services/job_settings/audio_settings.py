"""Sound: always one stereo AAC track; silent when there is no music, and the source is silent or muted."""

from typing import Any

from services.job_settings.asset_names import TITLE_SOUND_NAME, sound_name
from services.job_settings.channel_mix import stereo_remix
from services.job_settings.render_refs import RenderRefs
from services.media.probed_media import ProbedMedia
from services.production_config import AudioConfig, AudioMode

AUDIO_SELECTOR = "Audio Selector 1"
# An output that names a selector no input has gets silence: the documented way to a silent track.
SILENCE = "Silence"
# ITU-R BS.1770-4 gate; -1.5 dBTP leaves AAC's overshoot below full scale.
GATE_LKFS = -70
TRUE_PEAK_DBTP = -1.5


def is_silent(audio: AudioConfig, media: ProbedMedia) -> bool:
    """Whether the programme has no sound."""
    return audio.music is None and (audio.mode is AudioMode.MUTE or not media.has_audio)


def upload_selectors(
    audio: AudioConfig, media: ProbedMedia, render: RenderRefs, index: int
) -> dict[str, Any]:
    """How the sound is picked for the upload's input at this 0-based index; none for a silent programme.

    With music it is a file of ours on the upload's timeline, in which gain, mute and mix are done. The
    service lines its start up with the video's (User Guide, "setting up an assembly workflow job").
    """
    if is_silent(audio, media):
        return {}
    if audio.music is not None:
        return _mixed(render, sound_name(index))
    selector: dict[str, Any] = {"DefaultSelection": "DEFAULT", "AudioDurationCorrection": "AUTO"}
    remix = stereo_remix(media.audio_channels, audio.gain_db)
    if remix is not None:
        selector["RemixSettings"] = remix
    return {AUDIO_SELECTOR: selector}


def title_selectors(audio: AudioConfig, media: ProbedMedia, render: RenderRefs) -> dict[str, Any]:
    """How the sound under the title page is picked: its own silence, or the music."""
    if is_silent(audio, media):
        return {}
    if audio.music is not None:
        return _mixed(render, TITLE_SOUND_NAME)
    return {AUDIO_SELECTOR: {"DefaultSelection": "DEFAULT"}}


def audio_description(audio: AudioConfig, media: ProbedMedia, bitrate: int) -> dict[str, Any]:
    """The one sound track of an output, `bitrate` in bits/s."""
    silent = is_silent(audio, media)
    description: dict[str, Any] = {
        "AudioSourceName": SILENCE if silent else AUDIO_SELECTOR,
        "AudioTypeControl": "FOLLOW_INPUT",
        "LanguageCodeControl": "FOLLOW_INPUT",
        "CodecSettings": {
            "Codec": "AAC",
            "AacSettings": {
                "Bitrate": bitrate,
                "CodecProfile": "LC",
                "CodingMode": "CODING_MODE_2_0",
                "RateControlMode": "CBR",
                "SampleRate": 48000,
                "Specification": "MPEG4",
                "RawFormat": "NONE",
            },
        },
    }
    if audio.mode is AudioMode.NORMALIZE and not silent:
        description["AudioNormalizationSettings"] = _normalization(audio.target_lkfs)
    return description


def _mixed(render: RenderRefs, name: str) -> dict[str, Any]:
    return {
        AUDIO_SELECTOR: {
            "DefaultSelection": "DEFAULT",
            "ExternalAudioFileInput": render.asset_uri(name),
        }
    }


def _normalization(target_lkfs: float) -> dict[str, Any]:
    return {
        "Algorithm": "ITU_BS_1770_4",
        "AlgorithmControl": "CORRECT_AUDIO",
        "CorrectionGateLevel": GATE_LKFS,
        "LoudnessLogging": "DONT_LOG",
        "PeakCalculation": "TRUE_PEAK",
        "TargetLkfs": float(target_lkfs),
        "TruePeakLimiterThreshold": TRUE_PEAK_DBTP,
    }
