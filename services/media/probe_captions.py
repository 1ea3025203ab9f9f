"""What a captions file really is, whatever its name says."""

from models.statuses import UploadRejectionCode
from services.captions import Captions, CaptionsFormat, CaptionsInvalid, read_captions
from services.media.media_rejected import MediaRejected
from services.media.open_media import open_file
from services.media.probed_media import ProbedCaptions

NAMES = {CaptionsFormat.WEBVTT: "WebVTT", CaptionsFormat.SRT: "SubRip (.srt)"}


def probe_captions(source: str, *, content_type: str, max_duration_ms: int) -> ProbedCaptions:
    """Read a path or http(s) URL; blocking. Raises MediaRejected, or OSError when storage cannot be read."""
    with open_file(source) as file:
        body = file.read()
    try:
        captions = read_captions(body)
    except CaptionsInvalid as error:
        raise MediaRejected(UploadRejectionCode.NOT_CAPTIONS, str(error)) from error
    declared = CaptionsFormat.WEBVTT if content_type == "text/vtt" else CaptionsFormat.SRT
    if captions.format is not declared:
        message = f"The file was declared as {content_type}, but it is {NAMES[captions.format]}."
        raise MediaRejected(UploadRejectionCode.TYPE_MISMATCH, message)
    return _described(captions, max_duration_ms)


def _described(captions: Captions, max_duration_ms: int) -> ProbedCaptions:
    last_ms = max(cue.end_ms for cue in captions.cues)
    if last_ms > max_duration_ms:
        message = f"The captions end at {last_ms:,} ms; at most {max_duration_ms:,} ms are allowed."
        raise MediaRejected(UploadRejectionCode.TOO_LONG, message)
    return ProbedCaptions(
        format=captions.format.value,
        cue_count=len(captions.cues),
        first_ms=captions.cues[0].start_ms,
        last_ms=last_ms,
    )
