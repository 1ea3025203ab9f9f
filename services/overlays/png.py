from fractions import Fraction

import av
import numpy as np
from PIL import Image

# Photographs hardly get smaller by working harder: level 6 takes six times as long for a tenth less.
OPTIONS = {"compression_level": "1", "pred": "up"}


def encode_png(picture: Image.Image) -> bytes:
    """PNG of an RGB or RGBA picture, by FFmpeg's encoder: twice as fast as Pillow's."""
    pixel_format = {"RGB": "rgb24", "RGBA": "rgba"}[picture.mode]
    encoder = av.CodecContext.create("png", "w")
    encoder.width, encoder.height = picture.size
    encoder.pix_fmt = pixel_format
    encoder.time_base = Fraction(1)
    encoder.options = OPTIONS
    frame = av.VideoFrame.from_ndarray(np.asarray(picture), format=pixel_format)
    return b"".join(bytes(packet) for packet in (*encoder.encode(frame), *encoder.encode(None)))
