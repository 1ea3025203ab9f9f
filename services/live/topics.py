from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from models.statuses import StatusEventKind
from services.live.follower import Follower


class Topic:
    """Those who follow one thing, or all of a kind."""

    __slots__ = ("followers", "users")

    def __init__(self) -> None:
        self.followers: dict[Follower, None] = {}
        self.users: Counter[UUID] = Counter()


class Topics:
    """Who follows what, found by what it is."""

    def __init__(self) -> None:
        self._topics: defaultdict[StatusEventKind, dict[UUID | None, Topic]] = defaultdict(dict)

    def __len__(self) -> int:
        return sum(len(topic.followers) for kind in self._topics.values() for topic in kind.values())

    def add(self, follower: Follower) -> None:
        follow = follower.follow
        topic = self._topics[follow.kind].setdefault(follow.topic_id, Topic())
        topic.followers[follower] = None
        if follow.viewer.user_id is not None:
            topic.users[follow.viewer.user_id] += 1

    def remove(self, follower: Follower) -> None:
        follow = follower.follow
        topics = self._topics[follow.kind]
        topic = topics.get(follow.topic_id)
        if topic is None or follower not in topic.followers:
            return
        del topic.followers[follower]
        user_id = follow.viewer.user_id
        if user_id is not None:
            topic.users[user_id] -= 1
            if not topic.users[user_id]:
                del topic.users[user_id]
        if not topic.followers:
            del topics[follow.topic_id]

    def ids(self, kind: StatusEventKind) -> list[UUID]:
        """What is followed by itself."""
        return [topic_id for topic_id in self._topics[kind] if topic_id is not None]

    def are_followed(self, kind: StatusEventKind, topic_id: UUID) -> bool:
        topics = self._topics[kind]
        return topic_id in topics or None in topics

    def own_followers(self, kind: StatusEventKind, topic_id: UUID) -> Sequence[Follower]:
        """Those who follow it by itself, as they are now."""
        topic = self._topics[kind].get(topic_id)
        return list(topic.followers) if topic else []

    def followers_of(self, kind: StatusEventKind, topic_id: UUID) -> Sequence[Follower]:
        """Those who are told of it, as they are now: telling them may make some leave."""
        topics = self._topics[kind]
        one, every = topics.get(topic_id), topics.get(None)
        return [*(one.followers if one else ()), *(every.followers if every else ())]

    def users_of(self, kind: StatusEventKind, topic_ids: Iterable[UUID]) -> set[UUID]:
        """The users among those who are told of any of these."""
        topics = self._topics[kind]
        found: set[UUID] = set()
        for topic_id in (*topic_ids, None):
            topic = topics.get(topic_id)
            if topic is not None:
                found |= topic.users.keys()
        return found
