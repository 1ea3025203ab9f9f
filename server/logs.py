import sys

import structlog


def configure_logs() -> None:
    """Lines for people, and tracebacks without the values of variables: structlog's own show tokens so, and
    take half a second to draw, in which no event loop turns."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.dev.ConsoleRenderer(
                colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ]
    )
