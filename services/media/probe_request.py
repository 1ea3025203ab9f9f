"""What is asked of the process that probes an upload's file, and the picture it sends back."""

from dataclasses import asdict, dataclass
from typing import Any

from models.statuses import UploadKind


@dataclass(frozen=True)
class ProbeRequest:
    """`url` may be a path; limits as in services.limits."""

    url: str
    kind: UploadKind
    content_type: str
    max_duration_ms: int
    max_image_pixels: int

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "ProbeRequest":
        """Read what `to_json` wrote."""
        return cls(**value | {"kind": UploadKind(value["kind"])})


@dataclass(frozen=True)
class Poster:
    """A still picture; `extension` is png or jpg."""

    picture: bytes
    extension: str
