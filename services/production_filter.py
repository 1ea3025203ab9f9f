from dataclasses import dataclass
from uuid import UUID

from tortoise.expressions import Q

import models
from models.statuses import ProductionStatus
from services.policy import (
    NOT_WITHDRAWN,
    visible_productions,
    visible_productions_gathered,
    visible_publications,
)
from services.rows.conditions import Among, EitherWay, Exists, Source
from services.viewer import Viewer


@dataclass(frozen=True)
class ProductionFilter:
    """Which productions; all conditions hold."""

    statuses: tuple[ProductionStatus, ...] = ()
    upload_id: UUID | None = None
    space_id: UUID | None = None
    """Only those published there, as far as the viewer may see that."""
    owner_id: UUID | None = None
    title_contains: str | None = None
    """In any case."""


EVERY_PRODUCTION = ProductionFilter()


def productions_where(viewer: Viewer, filter: ProductionFilter = EVERY_PRODUCTION) -> Q:
    """Those the filter lets through of all that the viewer may see."""
    within = _columns(filter)
    if filter.space_id is None:
        return EitherWay(visible_productions(viewer), visible_productions_gathered(viewer), within)
    # What is seen in a space is seen.
    there = Q(space_id=filter.space_id) & NOT_WITHDRAWN & visible_publications(viewer)
    near = Exists(models.Publication, {"production_id": "id"}, there)
    return EitherWay(near, Among("id", Source(models.Publication, "production_id", there)), within)


def _columns(filter: ProductionFilter) -> Q:
    """What a production's own columns answer."""
    wanted = Q()
    if filter.statuses:
        wanted &= Q(status__in=filter.statuses)
    if filter.upload_id:
        wanted &= Q(upload_id=filter.upload_id)
    if filter.owner_id:
        wanted &= Q(owner_id=filter.owner_id)
    if filter.title_contains:
        wanted &= Q(title__icontains=filter.title_contains)
    return wanted
