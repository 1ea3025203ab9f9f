"""The options of `airdate publish`, as Typer reads them."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

Video = Annotated[Path, Argument(help="The video file.")]
Title = Annotated[str | None, Option(help="The production's title, shown on a title page.")]
Subtitle = Annotated[str | None, Option(help="The title page's smaller text.")]
TitleSeconds = Annotated[float, Option(help="How long the title page stands.")]
Background = Annotated[
    str | None,
    Option(help="Behind the title: an image, a video (its poster is taken), or a colour like #101418."),
]
Logo = Annotated[Path | None, Option(help="An image for the title page.")]
NoTitlePage = Annotated[bool, Option("--no-title-page", help="Leave the title page out.")]
LowerThirds = Annotated[list[str] | None, Option(help="text|subtext@start-end, in seconds; may be repeated.")]
Style = Annotated[str | None, Option(help="How lower thirds look: panel, bar or plain.")]
Position = Annotated[str | None, Option(help="Where lower thirds stand: bottom-left, top-center, …")]
Accent = Annotated[str | None, Option(help="The colour of the lower thirds' accent, such as #4da3ff.")]
Normalize = Annotated[bool, Option("--normalize", help="Bring the sound to an even loudness.")]
TargetLkfs = Annotated[float, Option(help="The loudness for --normalize.")]
Mute = Annotated[bool, Option("--mute", help="Replace the video's own sound by silence.")]
Gain = Annotated[float | None, Option(help="How much louder the video's own sound is made, in dB.")]
Music = Annotated[
    Path | None, Option(help="A sound file to lie under it all; it sinks while somebody speaks.")
]
MusicGain = Annotated[float | None, Option(help="How loud the music is, in dB; -12.")]
Trim = Annotated[
    list[str] | None, Option(help="Keep only start-end, in seconds; may be repeated, in the order shown.")
]
Captions = Annotated[
    list[str] | None, Option(help="LANG=FILE, WebVTT or SRT, for the player's menu; may be repeated.")
]
BurnCaptions = Annotated[
    str | None, Option(help="FILE, or LANG=FILE: WebVTT or SRT to draw into the picture.")
]
Poster = Annotated[float | None, Option(help="When in the finished video its poster is taken, in seconds.")]
MaxHeight = Annotated[int | None, Option(help="The largest rendition's short edge, in pixels.")]
Mp4 = Annotated[bool, Option("--mp4", help="Make an MP4 download too.")]
Audio = Annotated[bool, Option("--audio", help="Make a download of the sound alone too.")]
Spaces = Annotated[list[str] | None, Option(help="Publish in this space; may be repeated.")]
Url = Annotated[str | None, Option(help="The server; AIRDATE_URL.")]
Token = Annotated[str | None, Option(help="The access token; AIRDATE_TOKEN.")]
