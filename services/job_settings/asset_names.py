"""Names of a render's own files, under `assets/` of its output prefix: made by us before the job is."""

TITLE_NAME = "title.png"
# The sound with its music: of the upload, on the upload's own timeline, and of the title page.
SOUND_NAME = "sound.wav"
TITLE_SOUND_NAME = "title-sound.wav"


def lower_third_name(index: int) -> str:
    """Name of the image of the lower third at this 0-based index."""
    return f"lower-third-{index + 1}.png"


def caption_name(index: int) -> str:
    """Name of the WebVTT file of the caption at this 0-based index."""
    return f"captions-{index + 1}.vtt"
