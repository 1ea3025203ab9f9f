"""Probes a file in a process of its own: it is a stranger's, decoders are C, and some file crashes one."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import orjson

from models.statuses import UploadRejectionCode
from services.media.media_rejected import MediaRejected
from services.media.probe_request import Poster, ProbeRequest
from services.media.probed_media import Probed, read_probed

CHILD = "services.media.probe_child"
ROOT = Path(__file__).parents[2]
# What a decoder that was taken over would look for first.
SECRETS = ("AWS_", "AIRDATE_")
# Each thread and each arena of memory takes address space, which is limited, on a machine of many cores.
FRUGAL = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}


class ProbeFailed(Exception):
    """The child died, or found no answer; that says little of the file the first time."""


class ProbeChild:
    """A process that is ready, or about to be, to probe one file."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def probe(self, request: ProbeRequest, *, seconds: int) -> tuple[Probed, Poster | None]:
        """What `probe_upload` says. Raises MediaRejected, or ProbeFailed also when it takes longer."""
        task = orjson.dumps({"seconds": seconds, "request": request.to_json()}) + b"\n"
        told, _ = await self._process.communicate(task)
        if self._process.returncode != 0:
            raise ProbeFailed(f"the probing process {_how_it_ended(self._process.returncode, seconds)}")
        head, _, picture = told.partition(b"\n")
        answer = orjson.loads(head)
        if "rejected" in answer:
            raise MediaRejected(UploadRejectionCode(answer["rejected"]), answer["message"])
        if "failed" in answer:
            raise ProbeFailed(answer["failed"])
        poster = Poster(picture, answer["poster"]) if answer["poster"] else None
        return read_probed(request.kind, answer["probed"]), poster


@asynccontextmanager
async def probe_child() -> AsyncIterator[ProbeChild]:
    """A child for one file, gone when the block is left. It starts up while the caller does other things."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(SECRETS)}
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    environment |= FRUGAL | {"PYTHONPATH": path}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", CHILD, stdin=PIPE, stdout=PIPE, env=environment
    )
    try:
        yield ProbeChild(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


def _how_it_ended(code: int | None, seconds: int) -> str:
    if code == -signal.SIGALRM:
        return f"took longer than {seconds} s"
    return f"was ended by {signal.Signals(-code).name}" if code and code < 0 else f"ended with {code}"
