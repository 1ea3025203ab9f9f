"""Asks both sides for an hour, or as long as told, and writes down the first case they answer differently.

Each world is asked some hundreds of documents; the next one has the next seed, which is hypothesis's, too.

    python -m tests.differential.nightly --minutes 60
    python -m tests.differential.nightly --seed 12345 --minutes 5
    python -m tests.differential.nightly --seed 12347 --case failing-case.json
"""

import asyncio
import os
import secrets
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import hypothesis
import typer
from hypothesis import given

from embedded.stack import EmbeddedStack
from server.database import migrate
from server.graphql import build_schema
from server.logs import configure_logs
from server.settings import Settings
from server.wiring import open_gateways
from tests.differential.answers import Oracle, Server
from tests.differential.cases import Case, cases_of, mutations_of
from tests.differential.comparison import Difference, Tally, anew, as_it_is, compare
from tests.differential.often import often
from tests.differential.steady import at_one_moment
from tests.differential.world import World, world_of

READS_OF_A_WORLD, MUTATIONS_OF_A_WORLD = 400, 40
SEEDS = 2**31


@dataclass
class Night:
    """Both sides, and what they run on."""

    runner: asyncio.Runner
    oracle: Oracle
    front: Server
    tally: Tally

    def ask_all(self, seed: int) -> None:
        """Of one world. Raises Difference for the shortest case that was found."""
        world, schema = self.world(seed), self.oracle.schema._schema

        @hypothesis.seed(seed)
        @often(READS_OF_A_WORLD)
        @given(cases_of(schema, world))
        def reads(case: Case) -> None:
            self.ask(world, case)

        @hypothesis.seed(seed)
        @often(MUTATIONS_OF_A_WORLD)
        @given(mutations_of(schema, world))
        def mutations(case: Case) -> None:
            self.ask(world, case)

        reads()
        mutations()

    def world(self, seed: int) -> World:
        world = world_of(seed)
        self.runner.run(world.load())
        return world

    def ask(self, world: World, case: Case) -> None:
        around = anew if case.is_mutation else as_it_is
        self.runner.run(compare(self.oracle, self.front, world, case, self.tally, around=around))


@contextmanager
def opened() -> Iterator[Night]:
    """All that is asked, embedded, in a folder that is removed at the end."""
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        stack = EmbeddedStack(Path(folder))
        embedded = stack.start_servers()
        os.environ["AWS_ACCESS_KEY_ID"] = embedded.s3_access_key
        os.environ["AWS_SECRET_ACCESS_KEY"] = embedded.s3_secret_key
        settings = Settings(
            database_url=embedded.database_url,
            redis_url=embedded.redis_url,
            s3_endpoint_url=embedded.s3_endpoint_url,
            s3_bucket=embedded.s3_bucket,
            storage_proxy=True,
        )
        gateways_open = AsyncExitStack()
        try:
            runner.run(migrate(settings.database_url))
            gateways = runner.run(gateways_open.enter_async_context(open_gateways(settings)))
            schema, still = build_schema(max_depth=settings.max_query_depth), at_one_moment(gateways)
            front = Server(schema, still)
            oracle = Oracle(schema, still, front.operations._documents)
            yield Night(runner, oracle, front, Tally(front.counts))
        finally:
            runner.run(gateways_open.aclose())
            stack.stop()


def main(
    minutes: Annotated[float, typer.Option(help="How long to go on.")] = 60,
    seed: Annotated[int | None, typer.Option(help="Of the first world.")] = None,
    case: Annotated[Path | None, typer.Option(help="Ask only this one.")] = None,
    found: Annotated[Path, typer.Option(help="Where to write a case that fails.")] = Path(
        "failing-case.json"
    ),
) -> None:
    configure_logs()
    # A made-up cursor may have a time without a zone.
    warnings.filterwarnings("ignore", message="DateTimeField")
    first = secrets.randbelow(SEEDS) if seed is None else seed
    print(f"--seed {first}", flush=True)
    end, world = time.monotonic() + minutes * 60, first
    with opened() as night:
        try:
            if case is not None:
                night.ask(night.world(world), Case.from_json(case.read_bytes()))
            while case is None and time.monotonic() < end:
                night.ask_all(world)
                world += 1
        except Difference as difference:
            found.write_bytes(difference.case.to_json())
            print(f"{difference}\n\n--seed {world} --case {found}")
            raise typer.Exit(1) from None
        finally:
            print(night.tally)


if __name__ == "__main__":
    typer.run(main)
