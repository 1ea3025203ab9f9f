"""The ways in which a network loses connections."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

from tests.tcp_proxy import TcpProxy


class Loss(Enum):
    """RESET: as when a process dies. CLOSED: as when a balancer is done with it; no WebSocket says goodbye.
    SILENT: nobody is told and nothing arrives any more, as when a phone leaves its cell."""

    RESET = "RESET"
    CLOSED = "CLOSED"
    SILENT = "SILENT"


@contextmanager
def lost(proxy: TcpProxy, loss: Loss) -> Iterator[None]:
    """Every connection is lost so. Meanwhile new ones are reset, or, where the loss is silent, lead nowhere
    for ever."""
    if loss is Loss.SILENT:
        proxy.blackhole()
    else:
        proxy.refuse()
        proxy.cut(by_reset=loss is Loss.RESET)
    yield
    proxy.heal(forgetting=True)
