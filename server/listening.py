"""The sockets a server listens on: its own, shared with another process, or inherited from a supervisor."""

import errno
import os
import socket
from collections.abc import Sequence
from typing import Any

FIRST_INHERITED = 3  # sd_listen_fds(3)
# Many containers call ::1 localhost too, and have no IPv6.
ABSENT = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)


class CannotListen(Exception):
    """The address is taken, or is none of this machine; the text says which and why."""


def listening_sockets(host: str, port: int, *, is_shared: bool) -> Sequence[socket.socket]:
    """What a supervisor handed down, else sockets bound to every address of `host`. Raises CannotListen.

    `is_shared` lets other processes of the same user, which say so too, bind the same port: the kernel deals
    connections out to those that listen (socket(7), SO_REUSEPORT). Bound sockets take no connections yet.
    """
    return inherited_sockets() or bound_sockets(host, port, is_shared=is_shared)


def inherited_sockets() -> list[socket.socket]:
    """By systemd's protocol for socket activation, which other supervisors speak as well."""
    if os.environ.pop("LISTEN_PID", "") != str(os.getpid()):
        return []
    count = int(os.environ.pop("LISTEN_FDS", "0"))
    return [socket.socket(fileno=number) for number in range(FIRST_INHERITED, FIRST_INHERITED + count)]


def bound_sockets(host: str, port: int, *, is_shared: bool) -> list[socket.socket]:
    bound: list[socket.socket] = []
    absent: OSError | None = None
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, _, _, _, address in dict.fromkeys(found):
            try:
                bound.append(_bound_socket(family, address, is_shared=is_shared))
            except OSError as error:
                if error.errno not in ABSENT:
                    raise
                absent = error
        if absent is not None and not bound:
            raise absent
    except OSError as error:
        for listener in bound:
            listener.close()
        raise CannotListen(f"cannot listen on {host}:{port}: {error.strerror}") from error
    return bound


def _bound_socket(family: int, address: Any, *, is_shared: bool) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if is_shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            # The address of IPv4 has a socket of its own where the host has one.
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(address)
    except OSError:
        listener.close()
        raise
    return listener
