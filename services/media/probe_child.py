"""`python -m services.media.probe_child`: probes one file for `probe_in_child`, and may die of it.

On standard input: a line of JSON, `{"seconds": …, "request": …}`. On standard output: a line of JSON, either
`{"probed": …, "poster": "jpg" or null}` with the poster's bytes behind it, `{"rejected": code, "message": …}`
or `{"failed": text}`.
"""

import os
import resource
import signal
import sys
from typing import Any

import orjson

from services.media.media_rejected import MediaRejected
from services.media.probe_request import ProbeRequest
from services.media.probe_upload import probe_upload

# Address space, of which libraries reserve far more than they use. A picture of 8192×8192 in 10 bits takes
# 200 MB, and a decoder keeps up to 17.
MEMORY_BYTES = 6 * 1024**3


def main() -> None:
    # What a library prints must not get into the answer.
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    order = sys.stdin.buffer.readline()
    if not order:
        return
    task = orjson.loads(order)
    _limit(task["seconds"])
    head, poster = _answer(ProbeRequest.from_json(task["request"]))
    with answer:
        answer.write(orjson.dumps(head) + b"\n" + poster)


def _limit(seconds: int) -> None:
    """The kernel ends this process when it takes too long, even if nobody waits for it any more."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        # Elsewhere this limit is refused, or kept by nobody.
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MEMORY_BYTES, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(seconds)


def _answer(request: ProbeRequest) -> tuple[dict[str, Any], bytes]:
    try:
        probed, poster = probe_upload(request)
    except MediaRejected as rejected:
        return {"rejected": rejected.code, "message": rejected.message}, b""
    except Exception as error:
        return {"failed": f"{type(error).__name__}: {error}"}, b""
    extension = poster.extension if poster else None
    return {"probed": probed.to_json(), "poster": extension}, poster.picture if poster else b""


if __name__ == "__main__":
    main()
