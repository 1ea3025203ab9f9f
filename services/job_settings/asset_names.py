"""Names of a render's own files, under `assets/` of its output prefix: made by us before the job is."""

TITLE_NAME = "title.png"
# The music under the title page. FLAC, which MediaConvert takes without a container (User Guide, "supported
# input codecs and containers"): hours that are trimmed away weigh nothing.
TITLE_SOUND_NAME = "title-sound.flac"


def lower_third_name(index: int) -> str:
    """Name of the image of the lower third at this 0-based index."""
    return f"lower-third-{index + 1}.png"


def sound_name(index: int) -> str:
    """Name of the mixed sound of the upload's input at this 0-based index, on the upload's own timeline."""
    return f"sound-{index + 1}.flac"


def caption_name(index: int) -> str:
    """Name of the WebVTT file of the caption at this 0-based index."""
    return f"captions-{index + 1}.vtt"
