from collections.abc import Sequence
from itertools import islice

from services.live.change import Change, ChangeSource
from services.live.follower import Follower
from services.live.topics import Topics

AT_ONCE = 500


class RightsWatch:
    """Ends what may not be followed any longer, whether anything happens to it or not: one statement for
    hundreds. A transition that may not be seen is not told, and ends nothing."""

    def __init__(self, topics: Topics, sources: tuple[ChangeSource[Change], ...]) -> None:
        self._topics, self._sources = topics, sources

    async def look(self) -> None:
        """Ask for everything that is followed by itself."""
        for source in self._sources:
            ids = iter(self._topics.ids(source.kind))
            while chunk := list(islice(ids, AT_ONCE)):
                # Those of now: whoever comes while this is read was not asked for.
                found = [(id, self._topics.own_followers(source.kind, id)) for id in chunk]
                users = {viewer.user_id for _, those in found for viewer, _ in those if viewer.user_id}
                audiences = await source.audiences(chunk, users)
                for topic_id, those in found:
                    audience = audiences.get(topic_id)
                    for viewer, followers in those:
                        if audience is None or not audience.includes(viewer):
                            _end(followers)


def _end(followers: Sequence[Follower]) -> None:
    """Who has not begun is told by its own look at the past, and why."""
    for follower in followers:
        if follower.has_begun:
            follower.end()
