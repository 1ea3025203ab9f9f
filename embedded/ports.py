"""Free TCP ports on loopback."""

import socket
from contextlib import ExitStack

LOOPBACK = "127.0.0.1"
LAST_PORT = 65535


def free_ports(count: int) -> list[int]:
    """`count` different ports nobody listens on now. Another program may be faster: be ready to retry."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((LOOPBACK, 0))
        return [each.getsockname()[1] for each in sockets]


def free_port_pair(distance: int) -> tuple[int, int]:
    """A free port and the free one `distance` above it. As with `free_ports`, be ready to retry."""
    while True:
        [port] = free_ports(1)
        if port + distance <= LAST_PORT and _is_free(port + distance):
            return port, port + distance


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
