from dataclasses import dataclass


@dataclass(frozen=True)
class OverlayImage:
    """A drawn text: RGBA PNG, and where its top left corner goes on the upright frame (pixels, all even).

    `warnings` tell, for people, what could not be drawn as written.
    """

    name: str
    png: bytes
    x: int
    y: int
    width: int
    height: int
    warnings: tuple[str, ...] = ()
