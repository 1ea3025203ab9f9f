"""What the log of a failure says, and what it must not."""

import subprocess
import sys

FAILING = """
import structlog
from server.logs import configure_logs

def fail(token):
    raise RuntimeError("something broke")

configure_logs()
try:
    fail("-".join(["of", "somebody"]))
except RuntimeError:
    structlog.get_logger().exception("request failed", request_id="abc")
"""


def test_a_traceback_is_whole_and_names_no_values():
    told = subprocess.run([sys.executable, "-c", FAILING], capture_output=True, text=True, check=True)
    assert "request failed" in told.stdout
    assert "request_id=abc" in told.stdout
    assert "in fail" in told.stdout
    assert "RuntimeError: something broke" in told.stdout
    assert "of-somebody" not in told.stdout


OUTAGE = """
import logging
import asyncpg
import structlog
from server.logs import configure_logs

configure_logs()
try:
    try:
        raise asyncpg.CannotConnectNowError("the database system is starting up")
    except asyncpg.CannotConnectNowError as away:
        raise RuntimeError("no row") from away
except RuntimeError as error:
    structlog.get_logger().exception("work failed", step="verify")
    structlog.get_logger().error("operation failed", exc_info=error)
    logging.getLogger("asyncpg.pool").warning("retrying", exc_info=error)
"""


def test_an_outage_is_told_in_a_line_each_time():
    told = subprocess.run([sys.executable, "-c", OUTAGE], capture_output=True, text=True, check=True)
    [work, operation] = told.stdout.splitlines()
    assert "work failed" in work
    assert "step=verify" in work
    assert "error=\"RuntimeError('no row')\"" in work
    assert "operation failed" in operation
    assert "error=\"RuntimeError('no row')\"" in operation
    assert told.stderr == "retrying: RuntimeError('no row')\n"
