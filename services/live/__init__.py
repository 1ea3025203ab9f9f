from services.live.change import Change
from services.live.credential_watch import CredentialWatch
from services.live.follow import Follow
from services.live.follower import Follower, Listener
from services.live.hub import LiveHub

__all__ = ["Change", "CredentialWatch", "Follow", "Follower", "Listener", "LiveHub"]
