"""What a sound file really is, whatever its name says."""

from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING

import av

from models.statuses import UploadKind, UploadRejectionCode
from services.media.media_container import QUICKTIME, refuse_cut_quicktime, refuse_other_type
from services.media.media_rejected import MediaRejected
from services.media.open_media import open_media
from services.media.probed_media import ProbedAudio

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet

AUDIO_CODECS = frozenset(
    {"aac", "ac3", "alac", "amrnb", "amrwb", "eac3", "flac", "mp2", "mp3", "opus", "vorbis", "wmav2"}
)
# Without a table of contents: FFmpeg guesses their duration from the bit rate of the beginning.
GUESSED_DURATION = frozenset({"mp3", "aac", "amr", "ac3", "mpeg", "mpegts"})
TAIL_SECONDS = 3
LOST_SECONDS = Fraction(1, 2)
TRIED_PACKETS = 50
MOST_CHANNELS = 16


def probe_audio(
    source: str, *, content_type: str | None = None, max_duration_ms: int | None = None
) -> ProbedAudio:
    """Read a path or http(s) URL; blocking. Cover art is no video.

    Raises MediaRejected with a message for people, or OSError when the storage cannot be read.
    """
    with open_media(source, UploadKind.AUDIO) as (container, file):
        refuse_other_type(container.format.name, content_type)
        stream = _sound_stream(container)
        if container.format.name in QUICKTIME:
            refuse_cut_quicktime(file)
        _refuse_undecodable(container, stream)
        duration_ms = _duration_ms(container, stream)
        if max_duration_ms is not None and duration_ms > max_duration_ms:
            message = f"The sound lasts {duration_ms:,} ms; at most {max_duration_ms:,} ms are allowed."
            raise MediaRejected(UploadRejectionCode.TOO_LONG, message)
        return ProbedAudio(
            duration_ms=duration_ms,
            audio_codec=stream.codec_context.codec.canonical_name,
            audio_channels=stream.codec_context.channels,
            audio_sample_rate=stream.codec_context.sample_rate,
            container=container.format.name,
        )


def _sound_stream(container: "InputContainer") -> "AudioStream":
    cover = av.stream.Disposition.attached_pic
    if any(not stream.disposition & cover for stream in container.streams.video):
        message = "The file was declared as sound, but it has moving pictures: upload it as a video."
        raise MediaRejected(UploadRejectionCode.TYPE_MISMATCH, message)
    if not container.streams.audio:
        raise MediaRejected(UploadRejectionCode.NOT_SOUND, "The file holds no sound.")
    stream = container.streams.audio[0]
    codec = stream.codec_context.codec.canonical_name if stream.codec_context else "unknown"
    if codec not in AUDIO_CODECS and not codec.startswith("pcm_"):
        message = f"The sound is in a format ({codec}) that cannot be read."
        raise MediaRejected(UploadRejectionCode.UNSUPPORTED_CODEC, message)
    return stream


def _refuse_undecodable(container: "InputContainer", stream: "AudioStream") -> None:
    """Raise MediaRejected unless the beginning can really be heard; a frame cut in two may come first."""
    packets = islice(container.demux(stream), TRIED_PACKETS)
    if not any(_samples(packet) for packet in packets):
        message = "No sound could be read: the file holds none, or is damaged."
        raise MediaRejected(UploadRejectionCode.NOT_SOUND, message)
    if not 1 <= stream.codec_context.channels <= MOST_CHANNELS:
        message = (
            f"The sound has {stream.codec_context.channels} channels; 1 to {MOST_CHANNELS} can be mixed."
        )
        raise MediaRejected(UploadRejectionCode.UNSUPPORTED_CODEC, message)


def _samples(packet: "Packet[AudioStream]") -> int:
    try:
        return sum(frame.samples for frame in packet.decode())
    except av.error.FFmpegError:
        return 0


def _duration_ms(container: "InputContainer", stream: "AudioStream") -> int:
    """As declared, if the end of the file bears it out; where nothing is declared, as packets go on."""
    start = (stream.start_time or 0) * _time_base(stream)
    declared = _declared_seconds(container, stream)
    if declared is None or container.format.name in GUESSED_DURATION:
        container.seek(stream.start_time or 0, stream=stream)
        return max(1, round((_last_end(container, stream, start) - start) * 1000))
    beginning_of_end = start + max(Fraction(0), declared - TAIL_SECONDS)
    container.seek(int(beginning_of_end / _time_base(stream)), stream=stream)
    last = _last_end(container, stream, start) - start
    if last < declared - max(LOST_SECONDS, declared / 100):
        message = (
            f"The file is incomplete: it should last {round(declared * 1000):,} ms, "
            f"but its sound ends at {round(last * 1000):,} ms."
        )
        raise MediaRejected(UploadRejectionCode.TRUNCATED, message)
    return max(1, round(declared * 1000))


def _declared_seconds(container: "InputContainer", stream: "AudioStream") -> Fraction | None:
    if stream.duration:
        return stream.duration * _time_base(stream)
    return Fraction(container.duration, av.time_base) if container.duration else None


def _last_end(container: "InputContainer", stream: "AudioStream", start: Fraction) -> Fraction:
    """Where the last packet from here on ends, in seconds; `start` when there is none."""
    last = start
    try:
        for packet in container.demux(stream):
            if packet.pts is not None and not packet.is_corrupt:
                last = max(last, (packet.pts + (packet.duration or 0)) * _time_base(stream))
    except av.error.InvalidDataError:
        # What was read so far is what there is; the caller compares it with the declared duration.
        return last
    return last


def _time_base(stream: "AudioStream") -> Fraction:
    return stream.time_base or Fraction(1, av.time_base)
