"""PNG as fast as there are processors: a photograph at 4K would take longer to write than to lay out.

Rows are compressed in strips side by side. Deflate allows it: a strip that ends with a full flush can be
followed by another that knows nothing of it (RFC 1951; zlib's manual, Z_FULL_FLUSH). The strips do not depend
on the machine, so neither does the file.
"""

import os
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOUR_TYPES = {"RGB": 2, "RGBA": 6}
STRIP_ROWS = 128
# Each row as its difference from the one above (PNG specification, section 9.2).
FILTER_UP = 2
# Of differences only runs are worth looking for; more work makes photographs hardly any smaller.
LEVEL, STRATEGY, RAW_DEFLATE, MEMORY = 1, zlib.Z_RLE, -15, 9
ZLIB_HEADER = b"\x78\x01"


def encode_png(picture: Image.Image) -> bytes:
    """PNG of an RGB or RGBA picture, 8 bits a channel. Raises KeyError for other modes."""
    colour_type = COLOUR_TYPES[picture.mode]
    rows = np.asarray(picture).reshape(picture.height, -1)
    starts = range(0, picture.height, STRIP_ROWS)
    strips = list(_pool().map(lambda start: _strip(rows, start), starts))
    checksum = 1
    for filtered, _ in strips:
        checksum = zlib.adler32(filtered, checksum)
    data = ZLIB_HEADER + b"".join(packed for _, packed in strips) + struct.pack(">I", checksum)
    header = struct.pack(">IIBBBBB", *picture.size, 8, colour_type, 0, 0, 0)
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _strip(rows: NDArray[np.uint8], start: int) -> tuple[bytes, bytes]:
    """Rows from `start` on as they are filtered, and as they are compressed."""
    strip = rows[start : start + STRIP_ROWS]
    filtered = np.empty((len(strip), 1 + strip.shape[1]), np.uint8)
    filtered[:, 0] = FILTER_UP
    filtered[0, 1:] = strip[0] - rows[start - 1] if start else strip[0]
    np.subtract(strip[1:], strip[:-1], out=filtered[1:, 1:])
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, RAW_DEFLATE, MEMORY, STRATEGY)
    is_last = start + STRIP_ROWS >= len(rows)
    plain = filtered.tobytes()
    return plain, packer.compress(plain) + packer.flush(zlib.Z_FINISH if is_last else zlib.Z_FULL_FLUSH)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@cache
def _pool() -> ThreadPoolExecutor:
    """Of its own: a drawing that waits here for its strips holds a thread of the drawings' pool."""
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="png")
