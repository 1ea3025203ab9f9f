"""`python -m embedded.mediaconvert --port P --data-dir D`: the renderer as a process of its own."""

import argparse
import asyncio
import fcntl
import os
import signal
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO, cast

import structlog
import uvicorn
from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from imageio_ffmpeg import get_ffmpeg_exe

from embedded.mediaconvert.app import create_app
from embedded.mediaconvert.events import REGION
from embedded.mediaconvert.jobs import Jobs
from embedded.mediaconvert.outbox import Outbox
from embedded.mediaconvert.queues import Queues
from embedded.mediaconvert.storage import PATIENCE_SECONDS, Storage

# Retried by ourselves, for as long as we choose and no longer; checksums only where S3 demands them.
S3_CONFIG = AioConfig(
    signature_version="s3v4",
    s3={"addressing_style": "path"},
    retries={"total_max_attempts": 1},
    connect_timeout=5,
    read_timeout=60,
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)


async def main() -> None:
    parser = argparse.ArgumentParser(prog="embedded.mediaconvert")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data-dir", type=Path, required=True)
    options = parser.parse_args()
    # Its own tracebacks show the values of variables, keys among them.
    renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.processors.add_log_level, renderer])
    options.data_dir.mkdir(parents=True, exist_ok=True)
    with only_one(options.data_dir):
        await serve(options.port, options.data_dir)


async def serve(port: int, folder: Path) -> None:
    endpoint = os.environ["MEDIACONVERT_S3_ENDPOINT_URL"]
    patience = float(os.environ.get("MEDIACONVERT_STORAGE_PATIENCE_SECONDS", PATIENCE_SECONDS))
    concurrency = int(os.environ.get("MEDIACONVERT_CONCURRENCY", "1"))
    # The first call runs the program and waits for it: in the midst of a job it would hold up everybody.
    get_ffmpeg_exe()
    outbox = Outbox(
        folder / "events",
        os.environ.get("MEDIACONVERT_EVENTS_URL"),
        os.environ.get("MEDIACONVERT_EVENTS_KEY", ""),
    )
    async with get_session().create_client(
        "s3", endpoint_url=endpoint, region_name=REGION, config=S3_CONFIG
    ) as client:
        storage = Storage(client, patience=patience)
        queues = Queues(folder / "queues.json", concurrency=concurrency)
        jobs = Jobs(folder, storage, outbox, queues)
        app = create_app(jobs, queues, storage)
        server = uvicorn.Server(
            uvicorn.Config(app, host="127.0.0.1", port=port, lifespan="off", log_level="warning")
        )
        await run_together(server, [jobs.run(), jobs.keep_house(), outbox.deliver()])


async def run_together(server: uvicorn.Server, runs: list[Coroutine[Any, Any, None]]) -> None:
    """Until the server is asked to stop.

    A run that ends by itself has failed: all end with it, so that whoever started the process sees it.
    """
    # uvicorn raises the signals it caught once more when it is done: without handlers they would end the
    # process before its jobs are put away.
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, lambda: None)
    tasks = [asyncio.create_task(run) for run in runs]
    serving = asyncio.create_task(server.serve())
    await asyncio.wait([serving, *tasks], return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    await serving
    failed = [task for task in tasks if task.done()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for task in failed:
        task.result()


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Two renderers on one folder would render each job twice. The kernel lets go when the process ends."""
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"{folder} is in use by another renderer")
        yield


class Unfailing:
    """Standard output that loses lines when it goes to a full disk: a log must never end what it tells of."""

    def write(self, text: str) -> None:
        with suppress(OSError):
            sys.stdout.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            sys.stdout.flush()


structlog.configure(logger_factory=structlog.PrintLoggerFactory(cast(TextIO, Unfailing())))
asyncio.run(main())
