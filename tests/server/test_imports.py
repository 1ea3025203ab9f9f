"""What a server that serves has in memory, and that its first requests import nothing."""

import asyncio
import signal
import sys
from pathlib import Path

import httpx
import pytest

from embedded.environment import python_environment
from embedded.ports import LOOPBACK, free_ports
from tests.factories import make_token, make_user
from tests.journey import COMPLETE_UPLOAD, CREATE_UPLOAD
from tests.waiting import until

ROOT = Path(__file__).parents[2]
# Told to, it says what it has imported.
SERVE = """
import signal, sys
import server.cli
signal.signal(signal.SIGUSR1, lambda *_: print(*(name for name, it in sys.modules.items() if it), flush=True))
server.cli.main()
"""
MOST_BYTES = 1024 * 1024
# Of other processes (the worker, children that read media, clients), or of drawing, which only previews need.
ELSEWHERE = {
    *("PIL", "av", "boto3", "client", "embedded", "imageio_ffmpeg", "numpy"),
    *("psutil", "s3transfer", "server.dev", "server.explain", "server.seed", "server.worker"),
    *("tortoise.migrations.api", "typst"),
}


class Serving:
    def __init__(self, process: asyncio.subprocess.Process, http: httpx.AsyncClient) -> None:
        self._process, self.http = process, http

    async def imported(self) -> set[str]:
        self._process.send_signal(signal.SIGUSR1)
        return set((await self._process.stdout.readline()).decode().split())

    async def is_ready(self) -> bool:
        assert self._process.returncode is None
        try:
            return (await self.http.get("/readyz")).is_success
        except httpx.TransportError:
            return False


@pytest.fixture
async def serving(settings, embedded, database):
    [port] = free_ports(1)
    environment = python_environment(
        AIRDATE_PORT=str(port),
        AIRDATE_DATA_DIR=str(settings.data_dir),
        AIRDATE_DATABASE_URL=embedded.database_url,
        AIRDATE_REDIS_URL=embedded.redis_url,
        AIRDATE_S3_ENDPOINT_URL=embedded.s3_endpoint_url,
        AIRDATE_S3_BUCKET=embedded.s3_bucket,
        AIRDATE_STORAGE_PROXY="true",
        AIRDATE_MEDIACONVERT_ROLE=settings.mediaconvert_role,
        AIRDATE_EVENTS_KEY="key",
        AIRDATE_SECRET_KEY="secret",
        AWS_ACCESS_KEY_ID=embedded.s3_access_key,
        AWS_SECRET_ACCESS_KEY=embedded.s3_secret_key,
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SERVE, "serve"),
        cwd=ROOT,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        limit=MOST_BYTES,
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://{LOOPBACK}:{port}", trust_env=False) as http:
            serving = Serving(process, http)
            await until(serving.is_ready)
            yield serving
    finally:
        process.kill()
        await process.wait()


async def test_a_server_imports_what_it_serves_with_and_no_more(serving):
    at_start = await serving.imported()
    assert {"aiobotocore", "server.serve", "structlog", "tortoise"} <= at_start
    assert at_start & ELSEWHERE == set()

    client = {"authorization": f"Bearer {await make_token(await make_user())}"}

    async def ask(document, **variables):
        body = {"query": document, "variables": variables}
        answer = (await serving.http.post("/graphql", json=body, headers=client)).json()
        assert "errors" not in answer, answer
        return answer["data"]

    input = {"filename": "talk.mp4", "contentType": "video/mp4", "byteSize": 9}
    upload = (await ask(CREATE_UPLOAD, input=input))["createUpload"]["upload"]
    await ask(COMPLETE_UPLOAD, input={"uploadId": upload["id"]})
    assert (await ask("{ viewer { uploads(first: 3) { nodes { status } } } }"))["viewer"]["uploads"]["nodes"]
    assert await serving.imported() - at_start == set()
