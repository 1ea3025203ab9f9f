import strawberry

import models
from planner.declared import backed_by
from schema.node import Node, global_id, id_writer
from services.policy import visible_users


@backed_by(models.User, visible=visible_users, identity=id_writer)
@strawberry.type(description="Somebody who uses this server.")
class User(Node):
    row: strawberry.Private[models.User]
    name: str = strawberry.field(description="The name shown to others.")

    @classmethod
    def from_row(cls, row: models.User) -> "User":
        return cls(id=global_id("User", row.id), row=row, name=row.name)
