"""The same outputs by ffmpeg alone, as somebody who knows it well would write it: loudness first, then one
command that decodes once and encodes each picture and sound once, whichever files it goes to."""

import re
import subprocess
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

TARGET_LUFS = -16.0
X264 = "-preset veryfast -pix_fmt yuv420p -g 50 -keyint_min 50 -sc_threshold 0 -crf 22"
FLAGS = "-flags:v +cgop+global_header"
COLOUR = "-color_primaries bt709 -color_trc bt709 -colorspace bt709"
RATES = (
    "-maxrate:v:0 3500k -bufsize:v:0 7000k -maxrate:v:1 1400k -bufsize:v:1 2800k "
    "-maxrate:v:2 800k -bufsize:v:2 1600k -profile:v:0 high -profile:v:1 main -profile:v:2 main"
)
HLS = "f=hls:hls_time=6:hls_playlist_type=vod:hls_flags=independent_segments:start_number=1"
GRAPH = """
[1:v]format=yuva420p,fade=in:st=0:d=0.5:alpha=1,fade=out:st=2.5:d=0.5:alpha=1[card];
color=c=black:s=1280x720:r=25:d=3,format=yuv420p[black];
[black][card]overlay=0:0:shortest=1[title];
[2:v]format=yuva420p,fade=in:st=0:d=0.4:alpha=1,fade=out:st=4.6:d=0.4:alpha=1,setpts=PTS+2/TB[first];
[3:v]format=yuva420p,fade=in:st=0:d=0.4:alpha=1,fade=out:st=5.1:d=0.4:alpha=1,setpts=PTS+12.4/TB[second];
[0:v][first]overlay=64:546:enable='between(t,2,6.99)':eof_action=pass[one];
[one][second]overlay=64:546:enable='between(t,12.4,17.89)':eof_action=pass,setsar=1,format=yuv420p[film];
[title][film]concat=n=2:v=1:a=0,split=5[large][a][b][c][d];
[a]scale=854:480,setsar=1[middle];
[b]scale=640:360,setsar=1[small];
[c]select='eq(n,0)+eq(n,125)',scale=out_range=full,format=yuvj420p[poster];
[d]select='not(mod(n,25))',scale=160:-2:out_range=full,format=yuvj420p,tile=10x10[tiles];
anullsrc=r=48000:cl=stereo,atrim=end=3[silence];
[0:a]aresample=48000,aformat=sample_fmts=fltp:channel_layouts=stereo[sound];
[silence][sound]concat=n=2:v=0:a=1,volume={gain:.2f}dB{limiter},asplit=3[high][low][best]
"""


def render(source: Path, assets: Path, outputs: Path) -> None:
    for name in ("hls", "mp4", "poster"):
        (outputs / name).mkdir(parents=True)
    images = [
        part
        for name, seconds in (("title", 3), ("lower-third-1", 5), ("lower-third-2", 5.5))
        for part in ("-loop", "1", "-framerate", "25", "-t", str(seconds), "-i", str(assets / f"{name}.png"))
    ]
    maps = ["[large]", "[middle]", "[small]", "[high]", "[low]", "[best]"]
    _ffmpeg(
        *("-i", str(source), *images, "-filter_complex", GRAPH.format(**_levels(source))),
        *(part for label in maps for part in ("-map", label)),
        *("-c:v", "libx264", *X264.split(), *FLAGS.split(), *COLOUR.split(), *RATES.split()),
        *("-c:a", "aac", "-b:a:0", "128k", "-b:a:1", "96k", "-b:a:2", "160k", "-flags:a", "+global_header"),
        *("-f", "tee", "|".join(_tee(outputs))),
        *("-map", "[poster]", "-q:v", "5", "-fps_mode", "passthrough", "-start_number", "0"),
        str(outputs / "poster" / "poster_720.%07d.jpg"),
        *("-map", "[tiles]", "-q:v", "5", "-fps_mode", "passthrough"),
        str(outputs / "hls" / "index_thumbnails_%05d.jpg"),
    )


def _tee(outputs: Path) -> list[str]:
    rungs = (("720", "v:0,a:0"), ("480", "v:1,a:1"), ("360", "v:2,a:1"))
    hls = [
        f"[select=\\'{streams}\\':{HLS}:hls_segment_filename={outputs}/hls/index_{name}_%05d.ts]"
        f"{outputs}/hls/index_{name}.m3u8"
        for name, streams in rungs
    ]
    return [*hls, f"[select=\\'v:0,a:2\\':f=mp4:movflags=+faststart]{outputs}/mp4/video_720.mp4"]


def _levels(source: Path) -> dict[str, object]:
    """The gain to the target, and a limiter where peaks would pass -1.5 dBTP."""
    told = _ffmpeg("-i", str(source), "-vn", "-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-")
    gain = TARGET_LUFS - float(re.findall(r"I:\s+(-?[\d.]+) LUFS", told)[-1])
    peak = float(re.findall(r"Peak:\s+(-?[\d.]+) dBFS", told)[-1])
    limiter = (
        ",aresample=192000,alimiter=limit=0.84:level=false,aresample=48000" if peak + gain > -1.5 else ""
    )
    return {"gain": gain, "limiter": limiter}


def _ffmpeg(*arguments: str) -> str:
    command = [get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-nostats", "-y", *arguments]
    return subprocess.run(command, check=True, stderr=subprocess.PIPE, text=True).stderr
