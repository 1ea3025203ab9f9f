"""Which caption track a player shows unasked: the config's, not the first, as MediaConvert has it.

Its playlists mark the first track as the default one, and have no way to mark none (User Guide, "IMSC, TTML,
and WebVTT output captions"), so that captions would show in every production that has any.
"""

import models
from services.job_settings.caption_settings import track_modifier
from services.playback.rewrite_playlist import ATTRIBUTE
from services.production_config import CaptionMode, ProductionConfig

TRACK = "#EXT-X-MEDIA:"


def default_captions_playlist(render: models.Render) -> str | None:
    """How the name of the playlist of the track to show unasked ends; None where there is none."""
    captions = ProductionConfig.from_json(render.config).captions
    return next(
        (
            f"{track_modifier(index)}.m3u8"
            for index, caption in enumerate(captions)
            if caption.is_default and caption.mode is CaptionMode.SIDECAR
        ),
        None,
    )


def with_default_captions(master: str, ending: str | None) -> str:
    """A master playlist in which the one caption track is the default whose playlist's name ends so."""
    return "\n".join(_marked(line, ending) for line in master.split("\n"))


def _marked(line: str, ending: str | None) -> str:
    attributes = dict(ATTRIBUTE.findall(line)) if line.startswith(TRACK) else {}
    if attributes.get("TYPE") != "SUBTITLES":
        return line
    is_default = ending is not None and attributes.get("URI", "").strip('"').endswith(ending)
    answer = "YES" if is_default else "NO"
    if "DEFAULT" not in attributes:
        return line.replace("TYPE=SUBTITLES", f"TYPE=SUBTITLES,DEFAULT={answer}", 1)
    return ATTRIBUTE.sub(lambda found: f"DEFAULT={answer}" if found[1] == "DEFAULT" else found[0], line)
