"""How a picture of one size fills another: MediaConvert's ScalingBehavior."""

from dataclasses import dataclass

Size = tuple[int, int]


@dataclass(frozen=True)
class Framing:
    """Scale to `scaled`, then cut or pad with black around the middle to `size`."""

    scaled: Size
    size: Size

    def filters(self, source: Size, *, flags: str = "bicubic") -> list[str]:
        """ffmpeg's filters for it, none where nothing changes."""
        filters = []
        if self.scaled != source:
            filters.append(f"scale={self.scaled[0]}:{self.scaled[1]}:flags={flags}")
        width, height = min(self.scaled[0], self.size[0]), min(self.scaled[1], self.size[1])
        if (width, height) != self.scaled:
            filters.append(f"crop={width}:{height}")
        if (width, height) != self.size:
            left, top = (even((self.size[0] - width) / 2), even((self.size[1] - height) / 2))
            filters.append(f"pad={self.size[0]}:{self.size[1]}:{left}:{top}")
        return filters


def framing(source: Size, width: int | None, height: int | None, behaviour: str = "DEFAULT") -> Framing:
    """Both blank keeps the source's size, one blank scales evenly; sizes are even."""
    if width is None and height is None:
        return Framing(source, source)
    wanted = (
        width or even(source[0] * (height or 0) / source[1]),
        height or even(source[1] * (width or 0) / source[0]),
    )
    if behaviour == "STRETCH_TO_OUTPUT":
        return Framing(wanted, wanted)
    ratios = (wanted[0] / source[0], wanted[1] / source[1])
    ratio = max(ratios) if behaviour == "FILL" else min(ratios)
    if behaviour == "FIT_NO_UPSCALE":
        ratio = min(ratio, 1.0)
    scaled = (even(source[0] * ratio), even(source[1] * ratio))
    if behaviour in ("FIT", "FIT_NO_UPSCALE"):
        return Framing(scaled, scaled)
    if behaviour == "DEFAULT":
        scaled = (min(scaled[0], wanted[0]), min(scaled[1], wanted[1]))
    return Framing(scaled, wanted)


def even(size: float) -> int:
    """The nearest even number, and at least 2 for a positive size."""
    return max(2, round(size / 2) * 2) if size > 0 else 0
