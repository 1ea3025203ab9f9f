"""Everything outside the product on one machine: PostgreSQL, Valkey, S3 and the renderer as children."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from embedded.data_directory import DataDirectory
from embedded.object_storage import ObjectStorage
from embedded.pid_files import stop_stale
from embedded.postgres import Postgres
from embedded.processes import Process, stop_all
from embedded.readiness import Server, wait_for_answer
from embedded.renderer import Renderer
from embedded.valkey import Valkey


@dataclass(frozen=True)
class Endpoints:
    """Where everything answers. Addresses hold passwords."""

    database_url: str
    redis_url: str
    s3_endpoint_url: str
    s3_access_key: str
    s3_secret_key: str
    s3_bucket: str
    mediaconvert_endpoint_url: str = ""


class EmbeddedStack:
    """One per data directory, which it locks from `start` to `stop`.

    Start it from a thread that lives as long as it should, best the main one: on Linux the children end with
    that thread.
    """

    def __init__(self, data_dir: Path) -> None:
        self.data = DataDirectory(data_dir)
        self._storage: ObjectStorage | None = None
        self._started: list[Server] = []

    def start(self, *, events_url: str, events_key: str) -> Endpoints:
        """All four. Returns once each has answered. Raises EmbeddedError, with nothing left running."""
        endpoints = self.start_servers()
        renderer = self.start_renderer(events_url=events_url, events_key=events_key)
        return replace(endpoints, mediaconvert_endpoint_url=renderer.endpoint_url)

    def claim(self) -> list[str]:
        """Lock the data directory and stop what a killed earlier run left; the names of what was stopped."""
        self.data.lock()
        return stop_stale(self.data.run)

    def start_servers(self) -> Endpoints:
        """PostgreSQL, Valkey and S3, without a renderer. Raises EmbeddedError, with nothing left running."""
        self.claim()
        try:
            return self._start_servers()
        except BaseException:
            self.stop()
            raise

    def _start_servers(self) -> Endpoints:
        storage, valkey, postgres = ObjectStorage(self.data), Valkey(self.data), Postgres(self.data)
        self._storage = storage
        # The slowest first: the others start while it does.
        for server in (storage, valkey, postgres):
            self._started.append(server)
            server.spawn()
        for server in (valkey, postgres, storage):
            wait_for_answer(server)
        return Endpoints(
            database_url=postgres.url,
            redis_url=valkey.url,
            s3_endpoint_url=storage.endpoint_url,
            s3_access_key=storage.access_key,
            s3_secret_key=storage.secret_key,
            s3_bucket=storage.bucket,
        )

    def start_renderer(
        self, *, events_url: str, events_key: str, port: int | None = None, data_dir: Path | None = None
    ) -> Renderer:
        """One more renderer on the running servers; `stop` ends it too. Several need a `data_dir` each."""
        if self._storage is None:
            raise RuntimeError("start_servers comes first")
        number = sum(isinstance(server, Renderer) for server in self._started)
        renderer = Renderer(
            self.data,
            self._storage,
            events_url=events_url,
            events_key=events_key,
            port=port,
            folder=data_dir,
            name=f"renderer-{number + 1}" if number else "renderer",
        )
        self._started.append(renderer)
        try:
            renderer.spawn()
            wait_for_answer(renderer)
        except BaseException:
            self.stop()
            raise
        return renderer

    @property
    def processes(self) -> list[Process]:
        """In the order they were started."""
        return [server.process for server in self._started]

    def dead(self) -> Process | None:
        """The first child that ended by itself."""
        return next((process for process in self.processes if not process.running), None)

    def stop(self, *, hurry: Callable[[], bool] = lambda: False) -> None:
        """The renderers, then the servers, within three seconds each, or killed once `hurry`."""
        renderers = [server.process for server in self._started if isinstance(server, Renderer)]
        stop_all(renderers, hurry=hurry)
        stop_all(self.processes, hurry=hurry)
        for server in self._started:
            if isinstance(server, Postgres):
                server.end_backends()
        self._started.clear()
        self._storage = None
        self.data.unlock()
