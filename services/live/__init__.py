from services.live.hub import LiveHub
from services.live.subscription import SubscriberTooSlow, Subscription

__all__ = ["LiveHub", "SubscriberTooSlow", "Subscription"]
