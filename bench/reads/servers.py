"""The servers that are compared, and how each is started."""

import sys
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from database import Database

from bench.servers import AIRDATE_COMMAND, ROOT, Program, Server, airdate_environment, node_program
from bench.servers import running as running_program
from embedded.data_directory import DataDirectory
from embedded.environment import bare_environment, python_environment
from embedded.ports import free_ports
from embedded.stack import Endpoints

HERE = Path(__file__).parent
NAMES = {
    "airdate": "Airdate",
    "limit": "limit: hand-written ASGI",
    "mercurius": "Mercurius + JIT",
    "yoga": "GraphQL Yoga + graphql-jit",
    "postgraphile": "PostGraphile 5",
    "strawberry": "Strawberry + Tortoise + DataLoader",
}
NODE = ("mercurius", "yoga", "postgraphile")
READY_QUERY = "/graphql?query=%7B__typename%7D"


@dataclass(frozen=True)
class World:
    """`limit_reads`: where the hand-written server looks up who a token is, in `memory` or in the `database`.
    `postgres`: its first process."""

    data: DataDirectory
    endpoints: Endpoints
    postgres: int
    limit_reads: str = "memory"


def running(name: str, world: World, database: Database) -> AbstractContextManager[Server]:
    """A server that has answered once; it is killed at the end."""
    [port] = free_ports(1)
    return running_program(program_of(name, world, database, port), world.data, port)


def program_of(name: str, world: World, database: Database, port: int) -> Program:
    if name == "airdate":
        endpoints = replace(world.endpoints, database_url=database.url)
        environment = airdate_environment(endpoints, world.data, port)
        return Program(name, AIRDATE_COMMAND, environment, ROOT, "/readyz")
    settings = {"PORT": str(port), "DATABASE_URL": database.url}
    if name in NODE:
        node = bare_environment(settings | {"NODE_ENV": "production"})
        return Program(name, [node_program(), f"peers/{name}.mjs"], node, HERE, READY_QUERY)
    file, ready = ("limit", "/readyz") if name == "limit" else ("strawberry_tortoise", READY_QUERY)
    python = python_environment(**settings, LIMIT_READS=world.limit_reads)
    return Program(name, [sys.executable, f"peers/{file}.py"], python, HERE, ready)
