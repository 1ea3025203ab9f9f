from services.live.credential_watch import CredentialWatch
from services.live.hub import LiveHub
from services.live.subscription import SubscriberTooSlow, Subscription

__all__ = ["CredentialWatch", "LiveHub", "SubscriberTooSlow", "Subscription"]
