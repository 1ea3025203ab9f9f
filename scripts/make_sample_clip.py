"""Makes a short clip to try things with: a moving picture and a melody, nothing to download."""

import subprocess
import sys
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

PICTURE = "gradients=s=1280x720:r=30:d=8:n=6:speed=0.03:seed=7"
# Four notes of a second each: C4, E4, G4 and C5 in Hz.
NOTE = "262+68*between(mod(t,4),1,2)+130*between(mod(t,4),2,3)+261*between(mod(t,4),3,4)"
MELODY = f"aevalsrc='0.3*sin(2*PI*mod(t,1)*({NOTE}))*(1-mod(t,1))':d=8:s=48000"


# A bed of two low notes and their fifths, two seconds each.
TUNE = "130.8+44*between(mod(t,4),2,4)"
BED = f"aevalsrc='0.2*sin(2*PI*t*({TUNE}))+0.15*sin(3*PI*t*({TUNE}))':d=8:s=48000"
CAPTIONS = """WEBVTT

00:00.500 --> 00:03.500
Colours drift by, and four notes rise.

00:04.000 --> 00:07.500
These captions are a track of the player:
switch them off in its menu.
"""


def main() -> None:
    """The clip where the first argument says, and beside it what goes with it."""
    path = Path(sys.argv[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = f"-f lavfi -i {PICTURE} -f lavfi -i".split()
    encoding = "-c:v libx264 -preset veryfast -pix_fmt yuv420p -c:a aac -shortest -movflags +faststart"
    make(path, *picture, MELODY, *encoding.split())
    make(path.with_name("sample-music.m4a"), "-f", "lavfi", "-i", BED, "-c:a", "aac")
    path.with_name("sample-captions.vtt").write_text(CAPTIONS)


def make(path: Path, *arguments: str) -> None:
    """By ffmpeg, unless it is there already."""
    if not path.exists():
        subprocess.run([get_ffmpeg_exe(), "-loglevel", "error", *arguments, str(path)], check=True)


main()
