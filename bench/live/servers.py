"""The servers that are compared, and how each is started."""

import sys
from contextlib import AbstractContextManager
from pathlib import Path

from world import World

from bench.cores import SERVER_CORE
from bench.servers import (
    AIRDATE_COMMAND,
    ROOT,
    Program,
    Server,
    airdate_environment,
    node_program,
)
from bench.servers import running as running_program
from embedded.environment import bare_environment, python_environment
from embedded.ports import free_ports

HERE = Path(__file__).parent
NAMES = {
    "airdate": "Airdate",
    "bare": "bare ASGI, ready-made frames",
    "mercurius": "Mercurius",
    "yoga": "GraphQL Yoga",
    "strawberry": "Strawberry + broadcaster",
}
READY_QUERY = "/graphql?query=%7Bready%7D"


def running(name: str, world: World, *, core: int = SERVER_CORE) -> AbstractContextManager[Server]:
    """A server that has answered once; it is killed at the end."""
    [port] = free_ports(1)
    return running_program(program_of(name, world, port), world.data, port, core=core)


def program_of(name: str, world: World, port: int) -> Program:
    if name == "airdate":
        environment = airdate_environment(world.endpoints, world.data, port)
        return Program(name, AIRDATE_COMMAND, environment, ROOT, "/readyz")
    settings = {"PORT": str(port), "REDIS_URL": world.endpoints.redis_url}
    if name in ("mercurius", "yoga"):
        node = bare_environment(settings | {"NODE_ENV": "production"})
        return Program(name, [node_program(), f"peers/{name}.mjs"], node, HERE, READY_QUERY)
    file = "strawberry_broadcaster" if name == "strawberry" else "bare_asgi"
    command = [sys.executable, f"peers/{file}.py"]
    return Program(name, command, python_environment(**settings), HERE, READY_QUERY)
