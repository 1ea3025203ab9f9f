import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from services.overlays.png import STRIP_ROWS, encode_png

CHANNELS = {"RGB": 3, "RGBA": 4}


def noise(mode: str, width: int, height: int, seed: int = 1) -> Image.Image:
    values = np.random.default_rng(seed).integers(0, 256, (height, width, CHANNELS[mode]), np.uint8)
    return Image.fromarray(values)


def decoded(png: bytes) -> Image.Image:
    """Read whole, checksums too."""
    Image.open(io.BytesIO(png)).verify()
    return Image.open(io.BytesIO(png))


@given(
    st.sampled_from(sorted(CHANNELS)),
    st.integers(1, 70),
    st.sampled_from([1, 2, STRIP_ROWS - 1, STRIP_ROWS, STRIP_ROWS + 1, 3 * STRIP_ROWS]),
    st.integers(0, 2**32 - 1),
)
def test_every_pixel_comes_back(mode: str, width: int, height: int, seed: int) -> None:
    picture = noise(mode, width, height, seed)
    read = decoded(encode_png(picture))
    assert (read.mode, read.size) == (mode, (width, height))
    assert np.array_equal(np.asarray(read), np.asarray(picture))


def test_ffmpeg_reads_it_too() -> None:
    import av

    picture = noise("RGB", 64, 300)
    with av.open(io.BytesIO(encode_png(picture)), format="png_pipe") as container:
        (frame,) = container.decode(video=0)
    assert np.array_equal(frame.to_ndarray(format="rgb24"), np.asarray(picture))


def test_other_modes_are_our_bug() -> None:
    with pytest.raises(KeyError, match="L"):
        encode_png(Image.new("L", (2, 2)))
