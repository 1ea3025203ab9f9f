"""Makes a short clip to try things with: a moving picture and a melody, nothing to download."""

import subprocess
import sys
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

PICTURE = "gradients=s=1280x720:r=30:d=8:n=6:speed=0.03:seed=7"
# Four notes of a second each: C4, E4, G4 and C5 in Hz.
NOTE = "262+68*between(mod(t,4),1,2)+130*between(mod(t,4),2,3)+261*between(mod(t,4),3,4)"
MELODY = f"aevalsrc='0.3*sin(2*PI*mod(t,1)*({NOTE}))*(1-mod(t,1))':d=8:s=48000"


def main() -> None:
    path = Path(sys.argv[1])
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    inputs = f"-f lavfi -i {PICTURE} -f lavfi -i".split()
    encoding = "-c:v libx264 -preset veryfast -pix_fmt yuv420p -c:a aac -shortest -movflags +faststart"
    command = [get_ffmpeg_exe(), "-y", "-loglevel", "error", *inputs, MELODY, *encoding.split(), str(path)]
    subprocess.run(command, check=True)


main()
