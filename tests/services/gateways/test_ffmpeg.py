"""The ffmpeg program when it fails, hangs, is no longer wanted, or loses its source on the way."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain, repeat
from pathlib import Path

import psutil
import pytest

from services.gateways.ffmpeg import FfmpegFailed, FfmpegTimedOut, SourceLost, reading, run_ffmpeg
from services.sound.decode_sound import decode_part
from services.sound.pcm import SAMPLE_RATE
from services.sound.sound_track import find_sound
from tests.services.sound.sounds import beeping_clip

ENDLESS = ("-re", "-f", "lavfi", "-i", "anullsrc", "-f", "null", "-")


def children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "ffmpeg" in child.name()]


async def until_it_runs() -> psutil.Process:
    while not (found := children()):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    return found[0]


async def test_what_it_says_is_kept(tmp_path):
    with pytest.raises(FfmpegFailed) as raised:
        await run_ffmpeg(["-i", str(tmp_path / "missing.wav"), "-f", "null", "-"], seconds=30)
    assert "No such file or directory" in raised.value.told
    assert not isinstance(raised.value, FfmpegTimedOut)


async def test_it_is_killed_when_its_time_is_over():
    started = time.monotonic()
    with pytest.raises(FfmpegTimedOut):
        await run_ffmpeg(ENDLESS, seconds=0.3)
    assert time.monotonic() - started < 5
    assert children() == []


async def test_it_is_killed_when_nobody_waits_any_more():
    task = asyncio.create_task(run_ffmpeg(ENDLESS, seconds=60))
    await until_it_runs()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert children() == []


async def test_a_feed_that_fails_ends_it_and_is_told(tmp_path):
    async def feed():
        yield bytes(4096)
        raise ZeroDivisionError

    arguments = ["-f", "s16le", "-i", "pipe:0", str(tmp_path / "out.wav")]
    with pytest.raises(ExceptionGroup) as raised:
        await run_ffmpeg(arguments, seconds=30, feed=feed())
    assert raised.value.subgroup(ZeroDivisionError) is not None
    assert children() == []


async def test_a_feed_that_nobody_reads_does_not_hide_the_reason(tmp_path):
    async def feed():
        for _ in range(200):
            yield bytes(1_000_000)

    arguments = ["-f", "s16le", "-i", "pipe:0", "-c:a", "no-such-codec", str(tmp_path / "out.wav")]
    with pytest.raises(FfmpegFailed) as raised:
        await run_ffmpeg(arguments, seconds=30, feed=feed())
    assert "no-such-codec" in raised.value.told


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
@pytest.mark.slow
def test_it_dies_with_us():
    program = (
        "import asyncio; from services.gateways.ffmpeg import run_ffmpeg;"
        f"asyncio.run(run_ffmpeg({ENDLESS!r}, seconds=60))"
    )
    parent = subprocess.Popen([sys.executable, "-c", program])
    process = psutil.Process(parent.pid)
    while not (found := process.children()):
        time.sleep(0.02)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    found[0].wait(timeout=5)


class Flaky(BaseHTTPRequestHandler):
    """Serves ranges of one body: the first answers as `mishaps` say, the others whole."""

    protocol_version = "HTTP/1.1"
    body: bytes
    mishaps: Iterator[str]
    lock: threading.Lock

    def do_GET(self) -> None:
        with self.lock:
            mishap = next(self.mishaps, "none")
        self.close_connection = True
        if mishap.isdigit():
            self.send_response(int(mishap))
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif mishap != "closed":
            self._send(mishap == "cut")

    def _send(self, is_cut: bool) -> None:
        first, _, last = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")
        start, end = int(first), min(int(last) + 1 if last else len(self.body), len(self.body))
        piece = self.body[start:end]
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(self.body)}")
        self.send_header("Content-Length", str(len(piece)))
        self.end_headers()
        self.wfile.write(piece[: len(piece) // 2] if is_cut else piece)

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            return

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def flaky_server(body: bytes, *mishaps: str) -> Iterator[str]:
    """The last mishap goes on for ever when it is "...": of the one before it."""
    endless = repeat(mishaps[-2]) if mishaps[-1:] == ("...",) else ()
    told = chain((mishap for mishap in mishaps if mishap != "..."), endless)
    handler = type("Handler", (Flaky,), {"body": body, "mishaps": told, "lock": threading.Lock()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/clip.mov"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return beeping_clip(tmp_path_factory.mktemp("flaky") / "clip.mov", "-c:a", "pcm_s16le")


async def decoded(source: str, clip: Path, folder: Path):
    track = replace(find_sound(str(clip)), source=source)
    sound = await decode_part(track, folder / "part.pcm", 0, 6 * SAMPLE_RATE)
    return sound.read(0, 6 * SAMPLE_RATE)


@pytest.mark.parametrize(
    "mishaps",
    [
        ("cut",),
        ("cut", "cut"),
        ("none", "503"),
        pytest.param(("none", "closed", "500"), marks=pytest.mark.slow),
    ],
)
async def test_a_connection_lost_once_or_twice_is_taken_up_again(clip, tmp_path, mishaps):
    whole = await decoded(str(clip), clip, tmp_path)
    with flaky_server(clip.read_bytes(), *mishaps) as url:
        assert (await decoded(url, clip, tmp_path) == whole).all()


@pytest.mark.slow
@pytest.mark.parametrize(
    "mishaps",
    [("403", "..."), ("none", "404", "..."), ("none", "503", "..."), ("cut", "closed", "...")],
)
async def test_a_source_that_stays_lost_is_no_silence(clip, tmp_path, mishaps):
    """ffmpeg itself would end well, with what it had."""
    with flaky_server(clip.read_bytes(), *mishaps) as url, pytest.raises(SourceLost):
        await decoded(url, clip, tmp_path)


def test_certificates_are_checked():
    arguments = reading("https://bucket.example/key")
    assert arguments[arguments.index("-tls_verify") + 1] == "1"
    assert "-ca_file" in arguments
    assert "file" not in arguments[arguments.index("-protocol_whitelist") + 1].split(",")
    assert reading("/tmp/a.wav") == ["-protocol_whitelist", "file"]
