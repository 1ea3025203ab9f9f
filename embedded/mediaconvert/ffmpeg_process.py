"""ffmpeg as a child that reports its progress, can be stopped, and dies with us."""

import asyncio
import os
import signal
from collections.abc import Callable, Mapping, Sequence

from embedded.mediaconvert.sources import SourceError
from embedded.processes import dying_with_parent

KEPT_ERROR_CHARACTERS = 4000
# strerror(3) of ENOSPC, EDQUOT and EFBIG.
DISK_FULL_TEXTS = ("No space left on device", "Disk quota exceeded", "File too large")


async def run_ffmpeg(
    command: Sequence[str],
    *,
    report: Callable[[int], None] | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Run to the end; what it told on standard error. `report` gets the microseconds of output made so far;
    `environment` is added to ours.

    Cancelled, it kills ffmpeg. Raises SourceError with MediaConvert's code when ffmpeg fails.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **(environment or {})},
        preexec_fn=dying_with_parent(signal.SIGKILL),
    )
    try:
        errors, _ = await asyncio.gather(_text(process.stderr), _progress(process.stdout, report))
        status = await process.wait()
    except BaseException:
        if process.returncode is None:
            process.kill()
            await process.wait()
        raise
    if status != 0:
        raise _failure(status, errors)
    return errors


async def _text(stream: asyncio.StreamReader | None) -> str:
    kept = b""
    while stream and (chunk := await stream.read(65536)):
        kept = (kept + chunk)[-KEPT_ERROR_CHARACTERS:]
    return kept.decode(errors="replace")


async def _progress(stream: asyncio.StreamReader | None, report: Callable[[int], None] | None) -> None:
    while stream and (line := await stream.readline()):
        key, _, value = line.decode().strip().partition("=")
        if report and key == "out_time_us" and value.lstrip("-").isdigit():
            report(int(value))


def _failure(status: int, errors: str) -> SourceError:
    told = errors.strip().splitlines()
    last = told[-1] if told else "ffmpeg gave no reason"
    if any(text in errors for text in DISK_FULL_TEXTS) or status == -signal.SIGXFSZ:
        return SourceError(1050, "The disk is full.")
    if status < 0:
        return SourceError(1999, f"Unknown internal error: ffmpeg died of {signal.Signals(-status).name}.")
    if "Invalid data found when processing input" in errors:
        return SourceError(1076, "The input is damaged, or its end is missing.")
    return SourceError(1999, f"The renderer failed: {last[:500]}")
