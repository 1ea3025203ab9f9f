"""Stands in for `services.media.probe_child`: a child whose decoder does what the file's first word says."""

import os
import signal
import sys
import time

from services.media import probe_child
from services.media.open_media import open_file


def broken_probe(request):
    with open_file(request.url) as file:
        order = file.read(20).split()[0].decode()
    if order == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if order == "loop":
        while True:
            pass
    if order == "sleep":
        time.sleep(600)
    if order == "memory":
        bytearray(probe_child.MEMORY_BYTES + 1)
    if order == "print":
        os.write(1, b"a library's banner\n")
        print("and a warning")
    if order == "exit":
        sys.exit(3)
    raise OSError("the storage answered 503")


probe_child.probe_upload = broken_probe
probe_child.main()
