from dataclasses import dataclass


@dataclass(frozen=True)
class DrawnText:
    """A drawn text: PNG, and where its top left corner goes on the upright frame (pixels, all even).

    `text_size` is the height of its large letters in pixels, and `shrunk_to` what is left of their usual size
    (1: nothing had to be shrunk). `warnings` tell, for people, what could not be drawn as written.
    """

    png: bytes
    x: int
    y: int
    width: int
    height: int
    text_size: float
    shrunk_to: float
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class OverlayImage(DrawnText):
    """A drawn text under the name that it is stored by."""

    name: str
