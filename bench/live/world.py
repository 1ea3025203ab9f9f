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

from bench.servers import airdate_environment
from embedded.data_directory import DataDirectory
from embedded.stack import EmbeddedStack, Endpoints

HERE = Path(__file__).parent
# The writer takes the settings of a server, and serves nothing.
NO_PORT = 8000


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


@contextmanager
def opened() -> Iterator[World]:
    """Everything ends with it, and its folder goes."""
    with tempfile.TemporaryDirectory(prefix="airdate-bench-") as folder:
        stack = EmbeddedStack(Path(folder))
        try:
            endpoints = stack.start_servers()
            writer = WriterProcess(airdate_environment(endpoints, stack.data, NO_PORT))
            try:
                yield World(stack.data, endpoints, writer)
            finally:
                writer.stop()
        finally:
            stack.stop()
