"""What belongs to rows, one statement for all that a list needs.

Nothing is kept between batches: a socket lives for hours, and an old row would be a lie.
"""

from collections.abc import Sequence
from functools import cached_property
from uuid import UUID

from strawberry.dataloader import DataLoader

import models
from services.estimates.render_pace import RenderPace, recent_pace
from services.production_history import HistoryRow, production_histories
from services.publish_options import Publishable, PublishOption, publish_options
from services.rows.visible_rows import visible_rows_by_id
from services.viewer import Viewer


class Loaders:
    """What the viewer may not see loads as None. Each is made when it is first needed: a planned read needs
    none of them."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer

    @cached_property
    def user(self) -> DataLoader[UUID, models.User]:
        return DataLoader(load_fn=_users, cache=False)

    @cached_property
    def upload(self) -> DataLoader[UUID, models.Upload | None]:
        return DataLoader(load_fn=self._uploads, cache=False)

    @cached_property
    def production(self) -> DataLoader[UUID, models.Production | None]:
        return DataLoader(load_fn=self._productions, cache=False)

    @cached_property
    def publication(self) -> DataLoader[UUID, models.Publication | None]:
        return DataLoader(load_fn=self._publications, cache=False)

    @cached_property
    def space(self) -> DataLoader[UUID, models.Space | None]:
        return DataLoader(load_fn=self._spaces, cache=False)

    @cached_property
    def role(self) -> DataLoader[UUID, models.SpaceMember | None]:
        return DataLoader(load_fn=self._memberships, cache=False)

    @cached_property
    def render(self) -> DataLoader[tuple[UUID, int], models.Render | None]:
        return DataLoader(load_fn=_renders, cache=False)

    @cached_property
    def pace(self) -> DataLoader[RenderPace, RenderPace]:
        return DataLoader(load_fn=_paces, cache=False)

    @cached_property
    def history(self) -> DataLoader[UUID, Sequence[HistoryRow]]:
        return DataLoader(load_fn=self._histories, cache=False)

    @cached_property
    def publish_options(self) -> DataLoader[Publishable, Sequence[PublishOption]]:
        return DataLoader(load_fn=self._publish_options, cache=False)

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

    async def _histories(self, ids: list[UUID]) -> Sequence[Sequence[HistoryRow]]:
        histories = await production_histories(viewer=self._viewer, production_ids=ids)
        return [histories[production_id] for production_id in ids]

    async def _publish_options(self, uploads: list[Publishable]) -> Sequence[Sequence[PublishOption]]:
        options = await publish_options(viewer=self._viewer, uploads=uploads)
        return [options[upload.id] for upload in uploads]


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
