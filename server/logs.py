import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from server.outage import is_outage


def configure_logs() -> None:
    """Lines for people, and tracebacks without the values of variables: structlog's own show tokens so, and
    take half a second to draw, in which no event loop turns."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            _outage_in_a_line,
            structlog.dev.ConsoleRenderer(
                colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ]
    )
    # It retries by itself, and tells a traceback each time.
    logging.getLogger("asyncpg.pool").addFilter(_without_outage_traceback)


def _outage_in_a_line(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Where something is away, a traceback at every try would bury what else is told."""
    given = event.get("exc_info")
    error = given if isinstance(given, BaseException) else sys.exc_info()[1] if given is True else None
    if is_outage(error):
        del event["exc_info"]
        event["error"] = repr(error)
    return event


def _without_outage_traceback(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    if is_outage(error):
        record.msg, record.args = "%s: %r", (record.getMessage(), error)
        record.exc_info = None
    return True
