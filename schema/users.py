import strawberry

import models
from planner.declared import backed_by
from planner.row_objects import OfRow
from schema.node import Node, id_writer
from services.policy import visible_users


@backed_by(models.User, visible=visible_users, identity=id_writer)
@strawberry.type(description="Somebody who uses this server.")
class User(Node, OfRow[models.User]):
    row: strawberry.Private[models.User]
    name: str = strawberry.field(description="The name shown to others.")
