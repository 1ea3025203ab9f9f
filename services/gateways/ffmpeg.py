"""The ffmpeg program, as a child of ours that never outlives us."""

import asyncio
import ctypes
import signal
import ssl
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from imageio_ffmpeg import get_ffmpeg_exe

PR_SET_PDEATHSIG = 1  # linux/prctl.h
KEPT_ERROR_CHARACTERS = 8000
SILENT_SERVER_MICROSECONDS = 30_000_000
# What ffmpeg says, and then goes on as if the file had ended there.
LOST_INPUT = ("Error during demuxing", "Input/output error", "Stream ends prematurely", "will reconnect at")
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class FfmpegFailed(Exception):
    """ffmpeg ended with an error; `told` is the end of what it wrote to standard error."""

    def __init__(self, message: str, told: str = "") -> None:
        super().__init__(message)
        self.told = told


class FfmpegTimedOut(FfmpegFailed):
    """ffmpeg was stopped because it took too long."""


async def run_ffmpeg(
    arguments: Sequence[str], *, seconds: float, feed: AsyncIterator[bytes] | None = None
) -> str:
    """Run to the end, with `feed` as its standard input; what it told on standard error, warnings and worse.

    Cancelled, or after `seconds`, it kills ffmpeg and waits for its end. Raises FfmpegTimedOut or
    FfmpegFailed.
    """
    process = await asyncio.create_subprocess_exec(
        get_ffmpeg_exe(),
        "-hide_banner",
        "-nostats",
        *("-loglevel", "warning"),
        "-y",
        *arguments,
        stdin=asyncio.subprocess.DEVNULL if feed is None else asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=_die_with_parent if _LIBC else None,
    )
    try:
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
            telling = group.create_task(_text(process.stderr))
            group.create_task(_fed(process.stdin, feed))
            status = await process.wait()
    except TimeoutError as error:
        raise FfmpegTimedOut(f"ffmpeg was still not done after {seconds:.0f} s") from error
    finally:
        await _ended(process)
    told = telling.result()
    if status != 0:
        raise FfmpegFailed(_last_line(told), told)
    return told


def reading(source: str) -> list[str]:
    """Arguments that come before `-i source`: a URL's certificate is checked and a lost connection is
    taken up again; after half a minute of silence the server counts as gone."""
    if urlsplit(source).scheme not in {"http", "https"}:
        return ["-protocol_whitelist", "file"]
    arguments = ["-protocol_whitelist", "http,https,tls,tcp", "-rw_timeout", str(SILENT_SERVER_MICROSECONDS)]
    arguments += ["-reconnect", "1", "-reconnect_delay_max", "4", "-reconnect_max_retries", "4"]
    authorities = ssl.get_default_verify_paths().cafile
    if urlsplit(source).scheme == "https" and authorities:
        arguments += ["-tls_verify", "1", "-ca_file", authorities]
    return arguments


def _die_with_parent() -> None:
    if _LIBC:
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


async def _text(stream: asyncio.StreamReader | None) -> str:
    kept = b""
    while stream and (chunk := await stream.read(65536)):
        kept = (kept + chunk)[-KEPT_ERROR_CHARACTERS:]
    return kept.decode(errors="replace")


async def _fed(stdin: asyncio.StreamWriter | None, feed: AsyncIterator[bytes] | None) -> None:
    """An ffmpeg that stops reading has failed: its status and words say why."""
    if stdin is None or feed is None:
        return
    with suppress(BrokenPipeError, ConnectionResetError):
        async for piece in feed:
            stdin.write(piece)
            await stdin.drain()
        stdin.close()
        await stdin.wait_closed()


async def _ended(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
        await process.wait()


def _last_line(told: str) -> str:
    lines = told.strip().splitlines()
    return lines[-1][:500] if lines else "ffmpeg gave no reason"
