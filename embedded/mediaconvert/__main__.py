"""`python -m embedded.mediaconvert --port P --data-dir D`: the renderer as a process of its own."""

import argparse
import asyncio
import os
from pathlib import Path

import aioboto3
import uvicorn
from botocore.config import Config

from embedded.mediaconvert.app import create_app
from embedded.mediaconvert.events import REGION, Outbox
from embedded.mediaconvert.jobs import Jobs
from embedded.mediaconvert.storage import Storage


async def main() -> None:
    parser = argparse.ArgumentParser(prog="embedded.mediaconvert")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data-dir", type=Path, required=True)
    options = parser.parse_args()
    outbox = Outbox(
        options.data_dir / "events",
        os.environ.get("MEDIACONVERT_EVENTS_URL"),
        os.environ.get("MEDIACONVERT_EVENTS_KEY", ""),
    )
    config = Config(signature_version="s3v4", s3={"addressing_style": "path"})
    endpoint = os.environ["MEDIACONVERT_S3_ENDPOINT_URL"]
    session = aioboto3.Session()
    async with session.client("s3", endpoint_url=endpoint, region_name=REGION, config=config) as client:
        concurrency = int(os.environ.get("MEDIACONVERT_CONCURRENCY", "1"))
        jobs = Jobs(options.data_dir, Storage(client), outbox, concurrency=concurrency)
        tasks = [asyncio.create_task(jobs.run()), asyncio.create_task(outbox.deliver())]
        server = uvicorn.Server(
            uvicorn.Config(
                create_app(jobs), host="127.0.0.1", port=options.port, lifespan="off", log_level="warning"
            )
        )
        await server.serve()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


asyncio.run(main())
