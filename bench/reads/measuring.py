"""A server under load: what it answers in a second, and what that costs it and PostgreSQL."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from load import Exchange, Load, ServerFailed

from bench.cores import core_times, used
from bench.servers import Server, cpu_seconds

CONNECTIONS = 32
WARM_SECONDS = 1.0


@dataclass(frozen=True)
class Outcome:
    """Of some seconds. Whether the load was the limit is seen by `busy`, the part of its core that was used
    (PostgreSQL has that core too), and by `load_us`, what the load itself spends on a request."""

    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    postgres_us: float
    load_us: float
    busy: float
    resident_mib: float
    body_bytes: float

    @property
    def tail(self) -> float:
        return self.p99_ms / self.p50_ms


def postgres_seconds(first: int) -> float:
    """Of CPU, by PostgreSQL's first process and those that serve its clients."""
    children: list[int] = []
    with suppress(OSError):
        children = [int(pid) for pid in Path(f"/proc/{first}/task/{first}/children").read_text().split()]
    return sum(cpu_seconds(pid) for pid in (first, *children))


def measure(
    server: Server,
    postgres: int,
    exchanges: Sequence[Exchange],
    seconds: float,
    *,
    connections: int = CONNECTIONS,
) -> Outcome:
    """The exchanges have been verified. Raises ServerFailed."""
    with loading(server, exchanges, connections) as load:
        load.run(WARM_SECONDS)
        spent, database = server.cpu_seconds(), postgres_seconds(postgres)
        busy, own = core_times(), time.process_time()
        taken = load.run(seconds)
        own, busy_part = time.process_time() - own, used(busy, core_times())
        spent, database = server.cpu_seconds() - spent, postgres_seconds(postgres) - database
    if not taken.count:
        raise ServerFailed(f"it answered nothing in {seconds:.0f} s")
    per_request = 1e6 / taken.count
    return Outcome(
        per_second=taken.count / taken.seconds,
        p50_ms=taken.percentile_ms(0.50),
        p99_ms=taken.percentile_ms(0.99),
        cpu_us=spent * per_request,
        postgres_us=database * per_request,
        load_us=own * per_request,
        busy=busy_part,
        resident_mib=server.resident_kib() / 1024,
        body_bytes=sum(exchange.length for exchange in exchanges) / len(exchanges),
    )


def verify(server: Server, exchanges: Sequence[Exchange]) -> Sequence[bytes]:
    """The answer to each, all checked. Raises ServerFailed."""
    with loading(server, exchanges, CONNECTIONS) as load:
        return load.verify()


@contextmanager
def loading(server: Server, exchanges: Sequence[Exchange], connections: int) -> Iterator[Load]:
    """Connections to a server, which end with their last answers, or at once where something went wrong."""
    load = Load(server.port, exchanges, connections)
    try:
        yield load
        load.finish()
    except BaseException:
        load.close()
        raise
