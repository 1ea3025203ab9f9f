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
