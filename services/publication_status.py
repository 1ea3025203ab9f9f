"""The one writer of a publication's status: the row and its line in the event log change together."""

from collections.abc import Iterable

import models
from models.statuses import PublicationStatus, StatusEventKind

BATCH = 1000


async def write_publication_status(
    publication: models.Publication, status: PublicationStatus, *, cause: str, **changes: object
) -> bool:
    """Move a publication, or begin a new one, and change what else is to change of it; True when that was a
    transition.

    The caller holds the production's lock (services/rows/lock_production.py) inside a transaction, so
    sequences follow commit order.
    """
    previous: PublicationStatus | None = publication.status if publication.sequence else None
    is_transition = previous is not status
    publication.update_from_dict({**changes, "status": status})
    if is_transition:
        publication.sequence += 1
    await publication.save()
    if is_transition:
        await _event(publication, previous, cause).save()
    return is_transition


async def write_end_of_publications(publications: Iterable[models.Publication], *, cause: str) -> bool:
    """Tell that publications which are deleted in this transaction are no longer shown; True when any was
    not WITHDRAWN before. The caller holds what write_publication_status asks for, or the space's lock."""
    events = []
    for publication in publications:
        if publication.status is not PublicationStatus.WITHDRAWN:
            previous = publication.status if publication.sequence else None
            publication.status = PublicationStatus.WITHDRAWN
            publication.sequence += 1
            events.append(_event(publication, previous, cause))
    await models.StatusEvent.bulk_create(events, batch_size=BATCH)
    return bool(events)


def _event(
    publication: models.Publication, previous: PublicationStatus | None, cause: str
) -> models.StatusEvent:
    return models.StatusEvent(
        kind=StatusEventKind.PUBLICATION_STATUS,
        subject_id=publication.id,
        sequence=publication.sequence,
        data={
            "previousStatus": previous,
            "status": publication.status,
            "spaceId": str(publication.space_id),
            "productionId": str(publication.production_id),
            "cause": cause,
        },
    )
