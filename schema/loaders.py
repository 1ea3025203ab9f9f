"""Rows of to-one relations, one statement for all that a list needs.

Nothing is kept between batches: a socket lives for hours, and an old row would be a lie.
"""

from collections.abc import Sequence
from uuid import UUID

from strawberry.dataloader import DataLoader

import models
from services.estimates.render_pace import RenderPace, recent_pace
from services.rows.visible_rows import visible_rows_by_id
from services.viewer import Viewer


class Loaders:
    """What the viewer may not see loads as None."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self.user = DataLoader(load_fn=_users, cache=False)
        self.upload = DataLoader(load_fn=self._uploads, cache=False)
        self.production = DataLoader(load_fn=self._productions, cache=False)
        self.publication = DataLoader(load_fn=self._publications, cache=False)
        self.space = DataLoader(load_fn=self._spaces, cache=False)
        self.role = DataLoader(load_fn=self._memberships, cache=False)
        self.render = DataLoader(load_fn=_renders, cache=False)
        self.pace = DataLoader(load_fn=_paces, cache=False)

    async def _uploads(self, ids: list[UUID]) -> Sequence[models.Upload | None]:
        return await visible_rows_by_id(self._viewer, models.Upload, ids)

    async def _productions(self, ids: list[UUID]) -> Sequence[models.Production | None]:
        return await visible_rows_by_id(self._viewer, models.Production, ids)

    async def _publications(self, ids: list[UUID]) -> Sequence[models.Publication | None]:
        return await visible_rows_by_id(self._viewer, models.Publication, ids)

    async def _spaces(self, ids: list[UUID]) -> Sequence[models.Space | None]:
        return await visible_rows_by_id(self._viewer, models.Space, ids)

    async def _memberships(self, space_ids: list[UUID]) -> Sequence[models.SpaceMember | None]:
        if self._viewer.user_id is None:
            return [None] * len(space_ids)
        members = await models.SpaceMember.filter(user_id=self._viewer.user_id, space_id__in=set(space_ids))
        by_space = {member.space_id: member for member in members}
        return [by_space.get(space_id) for space_id in space_ids]


async def _users(ids: list[UUID]) -> Sequence[models.User]:
    users = await models.User.in_bulk(set(ids), "id")
    return [users[user_id] for user_id in ids]


async def _renders(keys: list[tuple[UUID, int]]) -> Sequence[models.Render | None]:
    """By production id and number."""
    renders = await models.Render.filter(production_id__in={production_id for production_id, _ in keys})
    by_key = {(render.production_id, render.number): render for render in renders}
    return [by_key.get(key) for key in keys]


async def _paces(usual: list[RenderPace]) -> Sequence[RenderPace]:
    recent = {pace: await recent_pace(pace) for pace in set(usual)}
    return [recent[pace] for pace in usual]
