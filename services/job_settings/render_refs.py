from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True)
class RenderRefs:
    """Where a render reads and writes (`s3://` URIs without a slash at the end), and whose it is."""

    source_uri: str
    output_prefix_uri: str
    production_id: UUID
    render_id: UUID
    number: int
    role: str
    queue: str | None
    app: str = "airdate"
    environment: str = "development"

    def asset_uri(self, name: str) -> str:
        """Where an overlay image of this render is stored."""
        return f"{self.output_prefix_uri}/assets/{name}"


class OverlayPlacement(Protocol):
    """What a job needs to know of a drawn overlay: its name, and its place in pixels of the upright frame."""

    @property
    def name(self) -> str: ...
    @property
    def x(self) -> int: ...
    @property
    def y(self) -> int: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
