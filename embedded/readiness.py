"""Waiting for a real answer. An open port is not one."""

import http.client
import time
from typing import Protocol

from embedded.errors import EmbeddedError
from embedded.processes import POLL_SECONDS, Process

ATTEMPTS = 3
HTTP_OK = 200


class Server(Protocol):
    @property
    def process(self) -> Process: ...

    def spawn(self) -> None:
        """Start it on ports that are free now."""
        ...

    def problem(self) -> str | None:
        """Why it does not answer yet; None when it does."""
        ...


def wait_for_answer(server: Server, *, seconds: float = 30.0) -> None:
    """Returns at the first real answer. A server that ends while starting (somebody took its port) gets two
    more chances on other ports. Raises EmbeddedError when it ends again, or is silent for `seconds`.
    """
    deadline = time.monotonic() + seconds
    attempts = 1
    while (problem := _problem(server)) is not None:
        process = server.process
        if not process.running:
            if attempts == ATTEMPTS:
                raise EmbeddedError(
                    f"{process.name} ended while starting ({process.ending()}): {process.last_words()}; "
                    f"log: {process.log_path}"
                )
            attempts += 1
            server.spawn()
        elif time.monotonic() > deadline:
            raise EmbeddedError(
                f"{process.name} did not answer in {seconds:.0f} s: {problem}; log: {process.log_path}"
            )
        time.sleep(POLL_SECONDS)


def _problem(server: Server) -> str | None:
    # Looked at before and after: an answer on the port of a process that ended is somebody else's.
    problem = server.problem() if server.process.running else "it ended"
    return problem if server.process.running else problem or "it ended"


def http_problem(host: str, port: int, path: str) -> str | None:
    """Why GET `path` is not answered with 200; None when it is. A proxy in the environment is not used."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", path)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"GET {path}: {error}"
    finally:
        connection.close()
    return None if status == HTTP_OK else f"GET {path}: {status}"
