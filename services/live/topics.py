from collections import defaultdict
from collections.abc import Iterable, Iterator
from uuid import UUID

from models.statuses import StatusEventKind
from services.live.follower import Follower
from services.viewer import Viewer

Followers = dict[Viewer, dict[Follower, None]]
"""Those who follow one thing, or all of a kind, by viewer: what one may see is asked once."""

Groups = list[tuple[Viewer, list[Follower]]]


class Topics:
    """Who follows what, found by what it is."""

    def __init__(self) -> None:
        self._topics: defaultdict[StatusEventKind, dict[UUID | None, Followers]] = defaultdict(dict)

    def __iter__(self) -> Iterator[Follower]:
        for topics in self._topics.values():
            for followers in topics.values():
                for theirs in followers.values():
                    yield from theirs

    def add(self, follower: Follower) -> None:
        follow = follower.follow
        followers = self._topics[follow.kind].setdefault(follow.topic_id, {})
        followers.setdefault(follow.viewer, {})[follower] = None

    def remove(self, follower: Follower) -> None:
        """Idempotent."""
        follow = follower.follow
        topics = self._topics[follow.kind]
        followers = topics.get(follow.topic_id, {})
        theirs = followers.get(follow.viewer, {})
        if theirs.pop(follower, follower) is follower:
            return
        if not theirs:
            del followers[follow.viewer]
        if not followers:
            del topics[follow.topic_id]

    def ids(self, kind: StatusEventKind) -> list[UUID]:
        """What is followed by itself."""
        return [topic_id for topic_id in self._topics[kind] if topic_id is not None]

    def are_followed(self, kind: StatusEventKind, topic_id: UUID) -> bool:
        topics = self._topics[kind]
        return topic_id in topics or None in topics

    def own_followers(self, kind: StatusEventKind, topic_id: UUID) -> Groups:
        """Those who follow it by itself, as they are now: telling them may make some leave."""
        followers = self._topics[kind].get(topic_id)
        return [(viewer, list(theirs)) for viewer, theirs in followers.items()] if followers else []

    def followers_of(self, kind: StatusEventKind, topic_id: UUID) -> Groups:
        """Those, and those who follow all of the kind."""
        topics = self._topics[kind]
        groups: Groups = []
        for followers in (topics.get(topic_id), topics.get(None)):
            if followers is not None:
                for viewer, theirs in followers.items():
                    groups.append((viewer, list(theirs)))
        return groups

    def users_of(self, kind: StatusEventKind, topic_ids: Iterable[UUID]) -> set[UUID]:
        """The users among those who are told of any of these."""
        topics = self._topics[kind]
        viewers = {viewer for topic_id in (*topic_ids, None) for viewer in topics.get(topic_id, ())}
        return {viewer.user_id for viewer in viewers if viewer.user_id is not None}
