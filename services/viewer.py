from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Viewer:
    """Who is asking: a signed-in user, or nobody (`user_id` is None)."""

    user_id: UUID | None

    @property
    def is_signed_in(self) -> bool:
        return self.user_id is not None

    @property
    def users(self) -> frozenset[UUID]:
        """For what is asked about several: the one user, or none."""
        return frozenset() if self.user_id is None else frozenset((self.user_id,))


ANONYMOUS = Viewer(user_id=None)
