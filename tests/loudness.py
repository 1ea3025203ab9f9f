import re
import subprocess

from imageio_ffmpeg import get_ffmpeg_exe


def integrated_loudness(media: bytes) -> float:
    """LUFS after EBU R 128, measured by ffmpeg."""
    command = [get_ffmpeg_exe(), "-hide_banner", "-i", "pipe:0", "-vn", "-af", "ebur128", "-f", "null", "-"]
    told = subprocess.run(command, input=media, capture_output=True, check=True).stderr.decode()
    return float(re.findall(r"I:\s+(-?[\d.]+) LUFS", told)[-1])
