"""The ffmpeg program, as a child of ours that never outlives us."""

import asyncio
import ctypes
import os
import re
import signal
import ssl
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from imageio_ffmpeg import get_ffmpeg_exe

PR_SET_PDEATHSIG = 1  # linux/prctl.h
KEPT_LINES = 50
LONGEST_LINE = 4096
SILENT_SERVER_MICROSECONDS = 30_000_000
LONGEST_PAUSE_SECONDS = 4
# Every complaint of the network's layers is followed by this, unless ffmpeg gave the source up.
NETWORK_LINE = re.compile(r"\[(?:https?|tls|tcp) @ [^\]]*\] (.*)")
TAKEN_UP_AGAIN = "Will reconnect"
LOST_ANYHOW = ("Error during demuxing", "partial file")
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class FfmpegFailed(Exception):
    """ffmpeg ended with an error; `told` is the end of what it wrote to standard error."""

    def __init__(self, message: str, told: str = "") -> None:
        super().__init__(message)
        self.told = told


class FfmpegTimedOut(FfmpegFailed):
    """ffmpeg was stopped because it took too long."""


class SourceLost(FfmpegFailed):
    """A source could not be read to its end. ffmpeg itself takes that for the end of the file."""


async def run_ffmpeg(
    arguments: Sequence[str], *, seconds: float, feed: AsyncIterator[bytes] | None = None
) -> str:
    """Run to the end, with `feed` as its standard input; what it told on standard error, warnings and worse.

    Cancelled, or after `seconds`, it kills ffmpeg and waits for its end. Raises FfmpegTimedOut, SourceLost or
    FfmpegFailed.
    """
    process = await asyncio.create_subprocess_exec(
        get_ffmpeg_exe(),
        "-hide_banner",
        "-nostats",
        *("-loglevel", "repeat+warning"),
        "-y",
        *arguments,
        stdin=asyncio.subprocess.DEVNULL if feed is None else asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=_dying_with_parent(),
    )
    telling = _Telling()
    try:
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
            group.create_task(telling.listen(process.stderr))
            group.create_task(_fed(process.stdin, feed))
            status = await process.wait()
    except TimeoutError as error:
        raise FfmpegTimedOut(f"ffmpeg was still not done after {seconds:.0f} s") from error
    finally:
        await _ended(process)
    told = "\n".join(telling.lines)
    if telling.lost is not None:
        raise SourceLost(telling.lost, told)
    if status != 0:
        raise FfmpegFailed(telling.lines[-1] if telling.lines else "ffmpeg gave no reason", told)
    return told


def reading(source: str) -> list[str]:
    """Arguments that come before `-i source`: a URL's certificate is checked and a lost connection is
    taken up again, three times within 4 s; a server that is silent for half a minute counts as gone."""
    if urlsplit(source).scheme not in {"http", "https"}:
        return ["-protocol_whitelist", "file"]
    arguments = ["-protocol_whitelist", "http,https,tls,tcp", "-rw_timeout", str(SILENT_SERVER_MICROSECONDS)]
    arguments += ["-reconnect", "1", "-reconnect_on_network_error", "1", "-reconnect_on_http_error", "5xx"]
    arguments += ["-reconnect_delay_max", str(LONGEST_PAUSE_SECONDS)]
    authorities = ssl.get_default_verify_paths().cafile
    if urlsplit(source).scheme == "https" and authorities:
        arguments += ["-tls_verify", "1", "-ca_file", authorities]
    return arguments


def _dying_with_parent() -> Callable[[], None] | None:
    """Runs between fork and exec. A parent that died before the kernel was asked is not told of any more."""
    if _LIBC is None:
        return None
    prctl, parent = _LIBC.prctl, os.getpid()

    def ask_the_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask_the_kernel


class _Telling:
    """The last lines of standard error, and whether a source was lost."""

    def __init__(self) -> None:
        self.lines: deque[str] = deque(maxlen=KEPT_LINES)
        self.lost: str | None = None
        self._complaint: str | None = None

    async def listen(self, stream: asyncio.StreamReader | None) -> None:
        rest = b""
        while stream and (chunk := await stream.read(65536)):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._note(line)
            rest = rest[-LONGEST_LINE:]
        self._note(rest)
        self.lost = self.lost or self._complaint

    def _note(self, raw: bytes) -> None:
        line = raw.decode(errors="replace").strip()[:LONGEST_LINE]
        if not line:
            return
        self.lines.append(line)
        network = NETWORK_LINE.match(line)
        if network and network[1].startswith(TAKEN_UP_AGAIN):
            self._complaint = None
        elif network:
            self.lost = self.lost or self._complaint
            self._complaint = network[1]
        elif any(sign in line for sign in LOST_ANYHOW):
            self.lost = self.lost or line


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
