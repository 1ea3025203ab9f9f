"""Follows as tests read them: one change at a time, and what is told of each."""

import asyncio
from contextlib import aclosing

from services.follow_production_status import follow_production_status
from services.follow_productions_status import follow_productions_status
from services.follow_publications import follow_publications
from services.follow_upload_status import follow_upload_status
from services.live.changes import changes
from services.production_filter import ProductionFilter

PATIENCE = 15


def one(hub, viewer, production, after=None):
    follow = follow_production_status(viewer=viewer, production_id=production.id, after=after)
    return aclosing(changes(hub, follow))


def many(hub, viewer, after=None, **filter):
    follow = follow_productions_status(viewer=viewer, filter=ProductionFilter(**filter), after=after)
    return aclosing(changes(hub, follow))


def upload_of(hub, viewer, upload, after=None):
    return aclosing(changes(hub, follow_upload_status(viewer=viewer, upload_id=upload.id, after=after)))


def publications_in(hub, viewer, space, after=None):
    return aclosing(changes(hub, follow_publications(viewer=viewer, space_id=space.id, after=after)))


async def told(stream):
    """The next change."""
    return await asyncio.wait_for(anext(stream), PATIENCE)


def short(change):
    """A production's change as (title, sequence, status, progress)."""
    return (change.production.title, change.sequence, change.status.value, change.progress_percent)


async def ended(stream):
    """Wait until nothing more will be told; what was told until then."""
    async with asyncio.timeout(PATIENCE):
        return [change async for change in stream]
