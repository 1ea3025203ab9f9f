"""What all servers stand on: one PostgreSQL, one Valkey, and the process that writes transitions."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedded.data_directory import DataDirectory
from embedded.environment import python_environment
from embedded.object_storage import REGION
from embedded.stack import EmbeddedStack, Endpoints

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


class WriterProcess:
    """Its end of the lines of JSON."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "writer.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=dict(environment),
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout
        self._rest = b""

    def ask(self, **request: Any) -> dict[str, Any]:
        self.tell(**request)
        os.set_blocking(self._out.fileno(), True)
        while not (answers := self._received()):
            pass
        return answers[0]

    def tell(self, **request: Any) -> None:
        self._in.write(json.dumps(request).encode() + b"\n")
        self._in.flush()

    def answers(self) -> list[dict[str, Any]]:
        """What it has answered meanwhile."""
        os.set_blocking(self._out.fileno(), False)
        try:
            return self._received()
        except BlockingIOError:
            return []

    def _received(self) -> list[dict[str, Any]]:
        data = os.read(self._out.fileno(), 1 << 20)
        if not data:
            sys.exit("the writer of transitions ended")
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [json.loads(line) for line in lines]

    def stop(self) -> None:
        """It ends with its input."""
        self._in.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@dataclass(frozen=True)
class World:
    data: DataDirectory
    endpoints: Endpoints
    writer: WriterProcess

    def airdate_environment(self, port: int) -> dict[str, str]:
        return airdate_environment(self.endpoints) | {
            "AIRDATE_PORT": str(port),
            "AIRDATE_DATA_DIR": str(self.data.folder("airdate")),
        }


def airdate_environment(endpoints: Endpoints) -> dict[str, str]:
    return python_environment(
        AIRDATE_DATABASE_URL=endpoints.database_url,
        AIRDATE_REDIS_URL=endpoints.redis_url,
        AIRDATE_S3_ENDPOINT_URL=endpoints.s3_endpoint_url,
        AIRDATE_S3_BUCKET=endpoints.s3_bucket,
        AIRDATE_MEDIACONVERT_ROLE="arn:aws:iam::000000000000:role/bench",
        AIRDATE_EVENTS_KEY="events-key-of-the-benchmark",
        AIRDATE_SECRET_KEY="secret-key-of-the-benchmark",
        AWS_ACCESS_KEY_ID=endpoints.s3_access_key,
        AWS_SECRET_ACCESS_KEY=endpoints.s3_secret_key,
        AWS_REGION=REGION,
    )


@contextmanager
def opened() -> Iterator[World]:
    """Everything ends with it, and its folder goes."""
    with tempfile.TemporaryDirectory(prefix="airdate-bench-") as folder:
        stack = EmbeddedStack(Path(folder))
        try:
            endpoints = stack.start_servers()
            environment = airdate_environment(endpoints) | {"PYTHONPATH": str(ROOT)}
            writer = WriterProcess(environment)
            try:
                yield World(stack.data, endpoints, writer)
            finally:
                writer.stop()
        finally:
            stack.stop()
