"""Where a server listens that is told a name."""

import socket

import pytest

from embedded.ports import LOOPBACK, free_ports
from server.listening import CannotListen, listening_sockets

# Set aside for documentation (RFC 5737): no machine's own.
NOBODYS = "192.0.2.1"


@pytest.fixture
def named(monkeypatch):
    """Gives a name its addresses."""

    def named(*addresses):
        def found(host, port, **_):
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

        monkeypatch.setattr(socket, "getaddrinfo", found)

    return named


def test_an_address_that_this_machine_lacks_is_passed_over(named):
    named(NOBODYS, LOOPBACK)
    [port] = free_ports(1)
    listeners = listening_sockets("airdate", port, is_shared=False)
    assert [each.getsockname() for each in listeners] == [(LOOPBACK, port)]
    for each in listeners:
        each.close()


def test_where_there_is_none_of_them_it_is_told(named):
    named(NOBODYS)
    with pytest.raises(CannotListen, match="cannot listen on airdate:8000: Cannot assign requested address"):
        listening_sockets("airdate", 8000, is_shared=False)


def test_an_address_that_is_taken_is_told_and_none_is_kept(named):
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        named("127.0.0.2", LOOPBACK)
        with pytest.raises(CannotListen, match=f"cannot listen on airdate:{port}: Address already in use"):
            listening_sockets("airdate", port, is_shared=False)
    with socket.create_server(("127.0.0.2", port)):
        pass
