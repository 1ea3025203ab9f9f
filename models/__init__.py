from models.access_token import AccessToken
from models.idempotency_key import IdempotencyKey
from models.production import Production
from models.production_asset import ProductionAsset
from models.publication import Publication
from models.render import Render
from models.render_step import RenderStep
from models.space import Space
from models.space_member import SpaceMember
from models.status_event import StatusEvent
from models.storage_deletion import StorageDeletion
from models.upload import Upload
from models.user import User

__all__ = [
    "AccessToken",
    "IdempotencyKey",
    "Production",
    "ProductionAsset",
    "Publication",
    "Render",
    "RenderStep",
    "Space",
    "SpaceMember",
    "StatusEvent",
    "StorageDeletion",
    "Upload",
    "User",
]
