"""API processes, each started in one of the ways that those who run them have."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx

from embedded.environment import python_environment
from embedded.ports import LOOPBACK, free_ports
from embedded.processes import Process
from tests.faults.outside import Outside
from tests.waiting import until


class Api:
    """One `airdate serve`."""

    def __init__(self, outside: Outside, name: str, port: int, **settings: str) -> None:
        environment = python_environment(**outside.settings(), AIRDATE_PORT=str(port), **settings)
        self.port = port
        self.process = Process(name, [sys.executable, "-m", "server.cli", "serve"], outside.data, environment)

    async def start(self) -> None:
        self.process.start()
        await until(self.is_ready)

    async def readiness(self) -> tuple[int, dict[str, Any]]:
        async with httpx.AsyncClient(trust_env=False) as http:
            answer = await http.get(f"http://{LOOPBACK}:{self.port}/readyz", timeout=5)
        return answer.status_code, answer.json()

    async def is_ready(self) -> bool:
        assert self.process.running, self.process.last_words()
        try:
            return (await self.readiness())[0] == httpx.codes.OK
        except httpx.HTTPError:
            return False

    async def kill(self) -> None:
        self.process.kill()

    async def stop(self) -> float:
        """By SIGTERM; the seconds it took to end."""
        started = time.monotonic()
        os.kill(self.process.pid, signal.SIGTERM)
        assert await asyncio.to_thread(self.process.wait, 10) == 0, self.process.ending()
        return time.monotonic() - started


@asynccontextmanager
async def serving(outside: Outside, name: str = "serve", **settings: str) -> AsyncIterator[Api]:
    """An API process at a port of its own."""
    api = Api(outside, name, free_ports(1)[0], **settings)
    await api.start()
    try:
        yield api
    finally:
        api.process.kill()


@asynccontextmanager
async def sharing(outside, name, port):
    """An API process that shares its port, once it says that it is ready, as systemd would hear it."""
    with supervisor_of(outside, name) as (supervisor, told):
        api = Api(outside, name, port, AIRDATE_SHARE_PORT="true", NOTIFY_SOCKET=told)
        api.process.start()
        try:
            await says_ready(supervisor)
            yield api
        finally:
            api.process.kill()


@contextmanager
def supervisor_of(outside, name):
    told = outside.data.run / f"{name}.socket"
    told.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(str(told))
        supervisor.setblocking(False)
        yield supervisor, str(told)


async def says_ready(supervisor):
    async with asyncio.timeout(40):
        assert await asyncio.get_running_loop().sock_recv(supervisor, 100) == b"READY=1"


@asynccontextmanager
async def inheriting(outside, name, listener):
    """An API process that is handed its port."""
    with supervisor_of(outside, name) as (supervisor, told):
        api = Api(outside, name, listener.getsockname()[1], NOTIFY_SOCKET=told)
        api.process = HandedDown(name, [], outside.data, api.process.env)
        api.process.listener = listener
        api.process.start()
        try:
            await says_ready(supervisor)
            yield api
        finally:
            api.process.kill()


AS_SYSTEMD = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
os.execv(sys.executable, [sys.executable, "-m", "server.cli", "serve"])
"""


class HandedDown(Process):
    """Started as a service is whose socket systemd holds."""

    listener: socket.socket

    def _spawn(self, log):
        number = self.listener.fileno()
        return subprocess.Popen(
            [sys.executable, "-c", AS_SYSTEMD, str(number)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=dict(self.env),
            pass_fds=[number],
            start_new_session=True,
        )
