import time
from collections.abc import AsyncGenerator, Sequence
from uuid import UUID

from services.live.change import ChangeSource, Told
from services.live.event_log import LogRow, read_settled
from services.live.follow import Follow

FRESH_SECONDS = 1.0
# Held for each slow reader of a past, and made in one go.
AT_ONCE = 100


async def told_since(
    follow: Follow, source: ChangeSource[Told], *, subject_id: UUID | None = None
) -> AsyncGenerator[Told, None]:
    """Every settled transition after the follow's cursor that it wants and its viewer may see; sets its floor
    to where it has read."""
    position = follow.after
    if position is None:
        raise ValueError("a follow of the present has no past to read")
    while True:
        settled = await read_settled(position, subject_id=subject_id, kind=source.kind, limit=AT_ONCE)
        rows = [row for row in settled.rows if follow.topic_id in (None, source.topic_of(row))]
        async for change in _allowed(rows, follow, source):
            yield change
        position = follow.floor = settled.reached
        if not settled.has_more:
            return


async def _allowed(
    rows: Sequence[LogRow], follow: Follow, source: ChangeSource[Told]
) -> AsyncGenerator[Told, None]:
    """Subjects and rights are read once for all rows, and anew when a slow reader has made them old."""
    while rows:
        read_at = time.monotonic()
        for change in await source.changes_of(rows, follow.viewer.users):
            if change.audience.includes(follow.viewer) and follow.wants(change):
                yield change
                if time.monotonic() - read_at > FRESH_SECONDS:
                    rows = [row for row in rows if row.position > change.position]
                    break
        else:
            return
