from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """What a deployment allows. Sizes in bytes, durations in the unit the name says."""

    max_upload_bytes: int = 30 * 1024 * MIB
    multipart_threshold_bytes: int = 64 * MIB
    part_bytes: int = 16 * MIB
    upload_ttl_seconds: int = 24 * 3600
    max_image_bytes: int = 50 * MIB
    max_image_pixels: int = 100_000_000
    max_captions_bytes: int = 5 * MIB
    max_media_duration_ms: int = 12 * 3600 * 1000
    playback_ttl_seconds: int = 6 * 3600
    segment_slack_seconds: int = 600
    max_spaces_per_publish: int = 50
