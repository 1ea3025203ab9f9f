"""Pictures of plain colours, and which of them is at a place."""

import numpy as np

X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-qp", "4", "-pix_fmt", "yuv420p", "-an")
RED, BLUE, GREEN = (255, 0, 0), (0, 0, 255), (0, 255, 0)


def colour_at(picture, x, y):
    """The nearest of a few colours at a place."""
    names = {"red": RED, "green": GREEN, "blue": BLUE, "black": (0, 0, 0), "white": (255, 255, 255)}
    seen = picture[y - 2 : y + 2, x - 2 : x + 2].reshape(-1, 3).mean(axis=0)
    name = min(names, key=lambda name: float(np.abs(seen - names[name]).max()))
    assert float(np.abs(seen - names[name]).max()) < 60, (x, y, seen)
    return name


def halves(size="320x180"):
    """Red on the left, blue on the right."""
    width, height = size.split("x")
    box = f"drawbox=w={int(width) // 2}:h={height}:c=red:t=fill"
    return ("-f", "lavfi", "-i", f"color=blue:s={size}:r=30:d=0.5,format=gbrp,{box}")
