"""Which statements a request comes to: PostgreSQL's own log of one that is not the first."""

import re
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from cases import Case
from database import Database
from load import Exchange, Load
from measuring import verify
from servers import NAMES, World, running

from embedded import postgres

SHOWN = 120
QUIET_SECONDS = 1.0
STATEMENT = re.compile(
    r"LOG:  (?:statement|execute [^:]*): (.*?)(?=^\S+ \S+ \S+ \[\d+\] |\Z)", re.DOTALL | re.MULTILINE
)


def have_statements_logged() -> None:
    """By a PostgreSQL that is started from now on: later its superuser alone could, who cannot sign in."""
    postgres.SETTINGS["log_statement"] = "all"


def tell_statements(world: World, database: Database, names: Sequence[str], cases: Sequence[Case]) -> None:
    log = world.data.logs / "postgres.log"
    for name in names:
        with running(name, world, database) as server:
            for case in cases:
                exchanges = case.exchanges(name, server.port, database.targets, case.wanted(database))
                verify(server, exchanges)
                # Who asks, and how, is known by now.
                time.sleep(QUIET_SECONDS)
                found = list(statements_of(log, server.port, exchanges[0]))
                print(f"\n{NAMES[name]}, {case.name}: {len(found)}")
                for statement in found:
                    print(f"- `{statement[:SHOWN]}{'…' if len(statement) > SHOWN else ''}`")
                sys.stdout.flush()


def statements_of(log: Path, port: int, exchange: Exchange) -> Iterator[str]:
    load = Load(port, [exchange], connections=1)
    load.finish()
    start = log.stat().st_size
    load = Load(port, [exchange], connections=1)
    load.finish()
    time.sleep(QUIET_SECONDS / 4)
    with log.open("rb") as lines:
        lines.seek(start)
        text = lines.read().decode(errors="replace")
    for statement in STATEMENT.findall(text):
        yield " ".join(statement.split())
