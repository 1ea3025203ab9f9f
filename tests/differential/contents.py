"""What is in made-up rows."""

from typing import Any

from models.statuses import RenderOutputKind, UploadKind

Row = dict[str, Any]

TITLES = (
    "a",
    "A",
    "b 100%",
    "b_c",
    "back\\slash",
    'qu"ote',
    "Ünïcode",
    "日本語",
    "😀 émoji",
    "שלום",
    " ",
    "z\tz",
)
CONTENT_TYPES = {
    UploadKind.VIDEO: "video/mp4",
    UploadKind.IMAGE: "image/png",
    UploadKind.AUDIO: "audio/mp4",
    UploadKind.CAPTIONS: "text/vtt",
}
VIDEO = {
    "duration_ms": 5312,
    "width": 1280,
    "height": 720,
    "rotation": 0,
    "video_codec": "h264",
    "interlaced": False,
    "variable_frame_rate": False,
    "container": "mp4",
}
SOUND = {"audio_codec": "aac", "audio_channels": 2, "has_audio": True}
SILENCE = {"audio_codec": None, "audio_channels": 0, "has_audio": False}
MEDIA = {
    UploadKind.VIDEO: (
        VIDEO | SOUND | {"frame_rate": "30000/1001", "hdr": False},
        VIDEO | SILENCE | {"frame_rate": "25", "hdr": True, "rotation": 90},
    ),
    UploadKind.IMAGE: ({"width": 640, "height": 480, "format": "PNG"},),
    UploadKind.AUDIO: (
        {
            "duration_ms": 9000,
            "audio_codec": "aac",
            "audio_channels": 1,
            "audio_sample_rate": 48_000,
            "container": "mp4",
        },
    ),
    UploadKind.CAPTIONS: ({"format": "webvtt", "cue_count": 3, "first_ms": 0, "last_ms": 4500},),
}
CONFIGS: tuple[Row, ...] = (
    {},
    {"poster_at_ms": 10, "outputs": {"max_height": 480, "mp4": True, "audio": True}},
    {"audio": {"mode": "NORMALIZE", "target_lkfs": -23.5, "gain_db": 0.1}, "trim": {"keep": [{}]}},
    {
        "title_page": {"title": "Ünï", "duration_ms": 1000},
        "lower_thirds": [{"text": "One", "start_ms": 0, "end_ms": 900, "position": "TOP_LEFT"}],
        "trim": {"keep": [{"start_ms": 0, "end_ms": 2000}, {"start_ms": 3000}]},
    },
)
SETTINGS = (None, {"Role": "arn", "Settings": {"x": [1, 2.5, None, "ü"], "empty": {}}})
WARNINGS = (
    [],
    [{"code": "240001", "message": ""}],
    [{"code": "a", "message": "ä"}, {"code": "b", "message": "?"}],
)
OUTPUTS = (
    {"kind": RenderOutputKind.HLS, "key": "x/index.m3u8", "byteSize": 2**40, "durationMs": 5312},
    {
        "kind": RenderOutputKind.HLS_RENDITION,
        "key": "x/1.m3u8",
        "width": 1280,
        "height": 720,
        "bitrate": 3_000_000,
    },
    {"kind": RenderOutputKind.MP4, "key": "x/1.mp4", "byteSize": 123},
    {"kind": RenderOutputKind.POSTER, "key": "x/1.jpg"},
    {"kind": RenderOutputKind.AUDIO, "key": "x/1.m4a", "bitrate": 128_000},
)
# One of MediaConvert's that our table has a rule for, one that it has not, and one of ours.
ERROR_CODES = ("1010", "99999", "JOB_LOST")
