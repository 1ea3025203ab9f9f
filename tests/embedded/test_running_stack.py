"""What the servers are while they run: closed to strangers, private, and set up for the product."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Iterator

import asyncpg
import botocore.exceptions
import psutil
import pytest
import redis

from embedded import valkey
from embedded.data_directory import DataDirectory
from embedded.ports import LOOPBACK, free_ports
from embedded.readiness import wait_for_answer
from embedded.stack import EmbeddedStack, Endpoints
from embedded.valkey import Valkey
from tests.embedded.embedded_clients import s3_client


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    started = EmbeddedStack(tmp_path_factory.mktemp("running") / "data")
    yield started
    started.stop()


@pytest.fixture(scope="module")
def endpoints(servers: EmbeddedStack) -> Endpoints:
    return servers.start_servers()


async def test_nobody_enters_without_the_password(endpoints: Endpoints) -> None:
    for url in (
        endpoints.database_url.replace("airdate:", "airdate:x"),
        endpoints.database_url.replace("airdate:", "postgres:", 1),
    ):
        with pytest.raises((asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError)):
            await asyncpg.connect(url)
    with (
        redis.Redis.from_url(endpoints.redis_url.replace("redis://:", "redis://:x")) as stranger,
        pytest.raises(redis.AuthenticationError),
    ):
        stranger.ping()
    client = s3_client(Endpoints(**{**endpoints.__dict__, "s3_secret_key": "x" * 40}))
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        client.put_object(Bucket=endpoints.s3_bucket, Key="x", Body=b"x")
    client.close()
    assert refused.value.response["Error"]["Code"] == "SignatureDoesNotMatch"


async def test_listens_on_loopback_only_and_keeps_its_data_private(
    servers: EmbeddedStack, endpoints: Endpoints
) -> None:
    data_dir = servers.data.path
    addresses = {
        connection.laddr.ip
        for process in servers.processes
        for connection in psutil.Process(process.pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert addresses == {LOOPBACK}
    assert data_dir.stat().st_mode & 0o077 == 0
    commands = " ".join(" ".join(psutil.Process(process.pid).cmdline()) for process in servers.processes)
    secrets = [path.read_text() for path in (data_dir / "secrets").iterdir()]
    assert [secret for secret in secrets if secret in commands] == []
    assert endpoints.s3_secret_key in secrets


async def test_the_database_suits_the_product(endpoints: Endpoints) -> None:
    connection = await asyncpg.connect(endpoints.database_url)
    settings = {
        name: await connection.fetchval(f"SHOW {name}") for name in ("fsync", "max_connections", "timezone")
    }
    case = await connection.fetchval("SELECT 'ÜNÏ' ILIKE 'ünï'")
    superuser = await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    await connection.close()
    assert settings == {"fsync": "on", "max_connections": "100", "timezone": "UTC"}
    assert (case, superuser) == (True, False)


def test_a_port_taken_at_the_last_moment_is_replaced(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    server = Valkey(DataDirectory(tmp_path_factory.mktemp("valkey")))
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        answers = iter([[taken.getsockname()[1]]])
        monkeypatch.setattr(valkey, "free_ports", lambda count: next(answers, None) or free_ports(count))
        server.spawn()
        wait_for_answer(server)
        with redis.Redis.from_url(server.url) as client:
            assert client.ping()
        server.process.stop()


@pytest.mark.slow
async def test_a_busy_backend_of_a_killed_postgres_ends_with_the_stack(
    servers: EmbeddedStack, endpoints: Endpoints
) -> None:
    connection = await asyncpg.connect(endpoints.database_url)
    backend = connection.get_server_pid()
    working = asyncio.create_task(connection.execute("DO $$ BEGIN LOOP END LOOP; END $$"))
    await asyncio.sleep(0.1)
    [process] = [process for process in servers.processes if process.name == "postgres"]
    os.kill(process.pid, signal.SIGKILL)
    servers.stop()
    assert not psutil.pid_exists(backend)
    with contextlib.suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        await working
