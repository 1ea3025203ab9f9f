import strawberry

import models
from schema.node import Node, global_id


@strawberry.type(description="Somebody who uses this server.")
class User(Node):
    name: str = strawberry.field(description="The name shown to others.")

    @classmethod
    def from_row(cls, row: models.User) -> "User":
        return cls(id=global_id("User", row.id), name=row.name)
