"""Who is told of a change: those who follow it, or all of its kind, and may see it."""

from uuid import UUID

from models.statuses import StatusEventKind
from services.live import Change, LiveHub
from services.live.event_log import BEFORE_ALL, Position
from services.viewer import ANONYMOUS, Viewer

KIND = StatusEventKind.UPLOAD_STATUS
ONE, OTHER = UUID(int=1), UUID(int=2)
ADA, GRACE = Viewer(UUID(int=11)), Viewer(UUID(int=12))


class UploadChange(Change):
    kind = KIND


class Seen:
    def __init__(self, *viewers):
        self._viewers = viewers

    def includes(self, viewer):
        return viewer in self._viewers


class Following:
    kind, floor, after = KIND, BEFORE_ALL, None

    def __init__(self, viewer, topic_id):
        self.viewer, self.topic_id = viewer, topic_id

    def wants(self, change):
        return True

    async def past(self):
        return
        yield


class Ear:
    def __init__(self):
        self.heard, self.ends = [], []

    def take(self, change):
        if change.sequence == 13:
            raise ValueError("a bug of ours")
        self.heard.append(change.sequence)

    def lag(self):
        self.ends.append("lag")

    def end(self):
        self.ends.append("end")


async def listening(hub, viewer, topic_id):
    ear = Ear()
    await hub.follow(Following(viewer, topic_id), ear).catch_up()
    return ear


def change(sequence, topic_id, *viewers):
    return UploadChange(
        position=Position(sequence, sequence),
        cursor="",
        topic_id=topic_id,
        subject_id=topic_id,
        sequence=sequence,
        occurred_at=None,
        audience=Seen(*viewers),
    )


async def test_those_are_told_who_follow_it_and_may_see_it():
    """And that one may not see it ends nothing by itself: rights are read for many at once, and who has
    joined since was not asked about."""
    hub = LiveHub(None)
    adas, graces, nobodys = [await listening(hub, who, ONE) for who in (ADA, GRACE, ANONYMOUS)]
    others, all_of_adas = await listening(hub, ADA, OTHER), await listening(hub, ADA, None)
    hub._tell(change(1, ONE, ADA))
    hub._tell(change(2, ONE, ADA, GRACE, ANONYMOUS))
    hub._tell(change(3, ONE))
    hub._tell(change(4, OTHER, GRACE))
    ears = (adas, graces, nobodys, others, all_of_adas)
    assert [ear.heard for ear in ears] == [[1, 2], [2], [2], [], [1, 2]]
    assert [ear.ends for ear in ears] == [[], [], [], [], []]


async def test_a_follower_that_fails_is_sent_away_and_the_others_go_on():
    hub = LiveHub(None)
    broken, other = await listening(hub, ADA, ONE), await listening(hub, ADA, ONE)
    other.take = lambda change: other.heard.append(change.sequence)
    hub._tell(change(13, ONE, ADA))
    hub._tell(change(14, ONE, ADA))
    assert (broken.heard, broken.ends) == ([], ["lag"])
    assert (other.heard, other.ends) == ([13, 14], [])
    assert hub.followers == 1


async def test_nothing_is_kept_of_who_has_left():
    hub = LiveHub(None)
    followers = [
        hub.follow(Following(viewer, topic), Ear()) for viewer in (ADA, ANONYMOUS) for topic in (ONE, None)
    ]
    assert hub.followers == 4
    assert hub._topics.users_of(KIND, [ONE, OTHER]) == {ADA.user_id}
    assert hub._topics.ids(KIND) == [ONE]
    for follower in [*followers, *followers]:
        follower.leave()
    assert hub.followers == 0
    assert hub._topics._topics == {KIND: {}}
    assert not hub._topics.are_followed(KIND, ONE)
