"""A renderer of a test's own, to be killed, starved and begun again."""

import os
import signal
from contextlib import suppress
from pathlib import Path

import psutil

from embedded.data_directory import DataDirectory
from embedded.readiness import wait_for_answer
from embedded.renderer import Renderer
from tests.embedded.mediaconvert.faulty_storage import FaultyStorage

PATIENCE_SECONDS = 1.5


class OwnRenderer:
    """`folder` holds its jobs, events and scratch."""

    def __init__(self, folder: Path, storage: FaultyStorage, events_url: str) -> None:
        self.folder = folder / "renderer"
        self.folder.mkdir(exist_ok=True)
        self.renderer = Renderer(
            DataDirectory(folder),
            storage,  # type: ignore[arg-type]
            events_url=events_url,
            events_key="key",
            folder=self.folder,
            MEDIACONVERT_STORAGE_PATIENCE_SECONDS=str(PATIENCE_SECONDS),
        )

    @property
    def pid(self) -> int:
        return self.renderer.process.pid

    def start(self) -> None:
        self.renderer.spawn()
        wait_for_answer(self.renderer)
        # Clients know it by its first port.
        self.renderer._fixed_port = self.renderer._port

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        self.renderer.process.wait()

    def begin_again(self) -> None:
        self.kill()
        self.start()

    def ffmpegs(self) -> list[psutil.Process]:
        found = []
        for child in psutil.Process(self.pid).children(recursive=True):
            try:
                if "ffmpeg" in Path(child.exe()).name and child.status() != psutil.STATUS_ZOMBIE:
                    found.append(child)
            except psutil.NoSuchProcess:
                continue
        return found

    def suspended_ffmpegs(self) -> list[psutil.Process]:
        """Those that run now, stopped where they are; one that was too quick is none of them."""
        found = self.ffmpegs()
        for ffmpeg in found:
            with suppress(psutil.NoSuchProcess):
                ffmpeg.suspend()
        return [ffmpeg for ffmpeg in found if is_stopped(ffmpeg)]

    def scratch(self) -> list[Path]:
        return list((self.folder / "scratch").glob("*"))


def is_stopped(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_STOPPED
    except psutil.NoSuchProcess:
        return False
