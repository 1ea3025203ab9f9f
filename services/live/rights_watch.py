from itertools import islice

from services.live.change import Change, ChangeSource
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
                followers = [one for id in chunk for one in self._topics.own_followers(source.kind, id)]
                users = {one.follow.viewer.user_id for one in followers} - {None}
                audiences = await source.audiences(chunk, [user for user in users if user])
                for follower in followers:
                    audience = audiences.get(follower.follow.topic_id) if follower.follow.topic_id else None
                    is_allowed = audience is not None and audience.includes(follower.follow.viewer)
                    if follower.has_begun and not is_allowed:
                        follower.end()
