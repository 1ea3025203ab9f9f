"""The MediaConvert-compatible renderer (`embedded.mediaconvert`) as a child process."""

import sys
from pathlib import Path

from embedded.data_directory import DataDirectory
from embedded.environment import python_environment
from embedded.object_storage import REGION, ObjectStorage
from embedded.ports import LOOPBACK, free_ports
from embedded.processes import Process
from embedded.readiness import http_problem


class Renderer:
    """Renders from and to `storage`, and sends its events to `events_url`, signed in with `events_key`.

    `environment` is what else it reads, such as MEDIACONVERT_CONCURRENCY.
    """

    def __init__(
        self,
        data: DataDirectory,
        storage: ObjectStorage,
        *,
        events_url: str,
        events_key: str,
        port: int | None = None,
        folder: Path | None = None,
        name: str = "renderer",
        **environment: str,
    ) -> None:
        self._data = data
        self._folder = folder if folder is not None else data.folder("renderer")
        self._fixed_port = port
        self._port = 0
        self._name = name
        self._environment = python_environment(
            MEDIACONVERT_S3_ENDPOINT_URL=storage.endpoint_url,
            AWS_ACCESS_KEY_ID=storage.access_key,
            AWS_SECRET_ACCESS_KEY=storage.secret_key,
            AWS_REGION=REGION,
            MEDIACONVERT_EVENTS_URL=events_url,
            MEDIACONVERT_EVENTS_KEY=events_key,
            **environment,
        )
        self.process = Process(name, [sys.executable], data, self._environment)

    @property
    def endpoint_url(self) -> str:
        return f"http://{LOOPBACK}:{self._port}"

    def spawn(self) -> None:
        self._port = self._fixed_port or free_ports(1)[0]
        module = [sys.executable, "-m", "embedded.mediaconvert"]
        options: list[str | Path] = ["--port", str(self._port), "--data-dir", self._folder]
        self.process = Process(self._name, [*module, *options], self._data, self._environment)
        self.process.start()

    def problem(self) -> str | None:
        return http_problem(LOOPBACK, self._port, "/healthz")
