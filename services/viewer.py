from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Viewer:
    """Who is asking: a signed-in user, or nobody (`user_id` is None)."""

    user_id: UUID | None

    @property
    def is_signed_in(self) -> bool:
        return self.user_id is not None


ANONYMOUS = Viewer(user_id=None)
