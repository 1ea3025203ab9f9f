"""What a request is called, in its log lines and in the header of its answer."""

import os
from itertools import count

HEADER = b"x-request-id"

# The process's own, then the request's number. To ask the kernel each time costs more.
_BEGAN, _COUNTED = os.urandom(4).hex(), count(1)


def new_request_id() -> str:
    return f"{_BEGAN}{next(_COUNTED):08x}"
