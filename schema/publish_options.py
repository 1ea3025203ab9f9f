from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.spaces import Space
from services.publish_options import PublishObstacle
from services.publish_options import PublishOption as Option

if TYPE_CHECKING:
    from schema.publications import Publication


@strawberry.type(description="A space as a choice for publishing an upload.")
class PublishOption:
    option: strawberry.Private[Option]
    space: Space = strawberry.field(description="The space.")
    can_publish: bool = strawberry.field(description="Whether the upload can be published there now.")
    reason: PublishObstacle | None = strawberry.field(description="Why not, if it cannot.")

    @strawberry.field(description="The publication that is there already, if any.")
    def publication(self) -> Annotated["Publication", strawberry.lazy("schema.publications")] | None:
        from schema.publications import Publication

        return Publication.from_row(self.option.publication) if self.option.publication else None

    @classmethod
    def from_option(cls, option: Option) -> "PublishOption":
        return cls(
            option=option,
            space=Space.from_row(option.space),
            can_publish=option.obstacle is None,
            reason=option.obstacle,
        )
