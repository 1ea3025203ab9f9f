from collections import OrderedDict
from uuid import UUID

MAX_REMEMBERED = 10_000


class ProgressSeen:
    """How far each production has been told of, as (sequence, percent); the longest untouched goes."""

    def __init__(self) -> None:
        self._seen: OrderedDict[UUID, tuple[int, int]] = OrderedDict()

    def note(self, production_id: UUID, sequence: int, percent: int) -> None:
        self._seen[production_id] = (sequence, percent)
        self._seen.move_to_end(production_id)
        if len(self._seen) > MAX_REMEMBERED:
            self._seen.popitem(last=False)

    def is_new_transition(self, production_id: UUID, sequence: int) -> bool:
        return sequence > self._seen.get(production_id, (0, 0))[0]

    def is_progress(self, production_id: UUID, sequence: int, percent: int) -> bool:
        """Further than told, of the very transition told last: a tick never runs ahead of its transition."""
        told_sequence, told_percent = self._seen.get(production_id, (0, 0))
        return told_sequence == sequence and percent > told_percent
