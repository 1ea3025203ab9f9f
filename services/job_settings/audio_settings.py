"""Sound: always one stereo AAC track, silent when the source is or the config says so."""

from typing import Any

from services.probed_media import ProbedMedia
from services.production_config import AudioConfig, AudioMode

AUDIO_SELECTOR = "Audio Selector 1"
# An output that names a selector no input has gets silence: the documented way to a silent track.
SILENCE = "Silence"
# ITU-R BS.1770-4 gate; -1.5 dBTP leaves AAC's overshoot below full scale.
GATE_LKFS = -70
TRUE_PEAK_DBTP = -1.5


def is_silent(audio: AudioConfig, media: ProbedMedia) -> bool:
    """Whether the programme has no sound."""
    return audio.mode is AudioMode.MUTE or not media.has_audio


def upload_selector(audio: AudioConfig, media: ProbedMedia) -> dict[str, Any] | None:
    """How the upload's sound is picked; mono goes to both sides. None for a silent programme."""
    if is_silent(audio, media):
        return None
    selector: dict[str, Any] = {"DefaultSelection": "DEFAULT", "AudioDurationCorrection": "AUTO"}
    if media.audio_channels == 1:
        both_sides = [{"InputChannels": [0]}, {"InputChannels": [0]}]
        selector["RemixSettings"] = {
            "ChannelsIn": 1,
            "ChannelsOut": 2,
            "ChannelMapping": {"OutputChannels": both_sides},
        }
    return selector


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
