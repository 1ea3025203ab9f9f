from collections.abc import AsyncGenerator
from uuid import UUID

from services.live.change import ChangeSource, Told
from services.live.event_log import read_settled
from services.live.follow import Follow


async def told_since(
    follow: Follow, source: ChangeSource[Told], *, subject_id: UUID | None = None
) -> AsyncGenerator[Told, None]:
    """Every settled transition after the follow's cursor that it wants and its viewer may see; sets its floor
    to where it has read. Subjects and rights are read once a batch."""
    users = {follow.viewer.user_id} if follow.viewer.user_id else set()
    position = follow.after
    if position is None:
        raise ValueError("a follow of the present has no past to read")
    while True:
        settled = await read_settled(position, subject_id=subject_id, kind=source.kind)
        rows = [row for row in settled.rows if follow.topic_id in (None, source.topic_of(row))]
        for change in await source.changes_of(rows, users) if rows else ():
            if change.audience.includes(follow.viewer) and follow.wants(change):
                yield change
        position = follow.floor = settled.reached
        if not settled.has_more:
            return
