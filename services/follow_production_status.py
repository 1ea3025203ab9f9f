"""A production's status as a stream: what it is, each transition once and in order, and progress between."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import models
from models.statuses import ProductionStatus, RenderPhase, StatusEventKind
from services.gateways.event_bus import ProgressTick
from services.live import LiveHub
from services.live.event_log import BATCH, Position, horizon, read_settled
from services.live.progress import ProgressSeen
from services.policy import visible_publications
from services.render_lifecycle import TERMINAL
from services.rows.visible_rows import visible_rows
from services.viewer import Viewer

MAX_INITIAL = 100


class ProductionNotFound(Exception):
    """There is no such production for this viewer."""


@dataclass(frozen=True)
class ProductionStatusFilter:
    """All conditions hold; `statuses` are those told of."""

    space_id: UUID | None = None
    upload_id: UUID | None = None
    owner_id: UUID | None = None
    statuses: tuple[ProductionStatus, ...] = ()


@dataclass(frozen=True)
class ProductionStatusChange:
    """A transition, or (with no previous status, and the sequence of the last one) progress since then."""

    cursor: str
    occurred_at: datetime
    sequence: int
    production: models.Production
    previous_status: ProductionStatus | None
    status: ProductionStatus
    progress_percent: int
    phase: RenderPhase | None


async def follow_production_status(
    *, viewer: Viewer, hub: LiveHub, production_id: UUID, after: str | None
) -> AsyncGenerator[ProductionStatusChange, None]:
    """One production: its present state, or with `after` every transition since; then what follows, until it
    is no longer the viewer's to see. Raises ProductionNotFound, BadInput, SubscriberTooSlow."""
    watch = _Watch(viewer, ProductionStatusFilter(), production_id)
    since = Position.from_cursor(after) if after is not None else None
    with hub.registered(production_id) as subscription:
        production = await watch.visible(production_id)
        if production is None:
            raise ProductionNotFound
        async for change in watch.since(since) if since else watch.present([production]):
            yield change
        while True:
            item = await subscription.next()
            if await watch.visible(production_id) is None:
                return
            change_or_none = await watch.told(item)
            if change_or_none is not None:
                yield change_or_none


async def follow_productions_status(
    *, viewer: Viewer, hub: LiveHub, filter: ProductionStatusFilter, after: str | None
) -> AsyncGenerator[ProductionStatusChange, None]:
    """Every production the viewer may see and the filter lets through: those not finished yet (the newest
    100), or with `after` every transition since; then what follows. Raises BadInput, SubscriberTooSlow."""
    watch = _Watch(viewer, filter, None)
    since = Position.from_cursor(after) if after is not None else None
    with hub.registered() as subscription:
        if since is not None:
            async for change in watch.since(since):
                yield change
        else:
            # Before the rows are read: what is settled later than this comes through the hub, all of it.
            watch.floor = await horizon()
            async for change in watch.present(await watch.unfinished()):
                yield change
        while True:
            change_or_none = await watch.told(await subscription.next())
            if change_or_none is not None:
                yield change_or_none


class _Watch:
    """What one stream has told so far, so that it tells nothing twice and nothing older."""

    def __init__(self, viewer: Viewer, filter: ProductionStatusFilter, production_id: UUID | None) -> None:
        self._viewer = viewer
        self._filter = filter
        self._production_id = production_id
        self._seen = ProgressSeen()
        self._cursor: str | None = None
        # The hub may be behind: rows up to here, told or part of the present state, still come from it.
        self.floor = Position(0, 0)

    async def visible(self, production_id: UUID) -> models.Production | None:
        """The production as it is now, if the viewer may see it and the filter's conditions on it hold."""
        wanted = self._filter
        rows = visible_rows(self._viewer, models.Production).filter(id=production_id)
        if wanted.upload_id:
            rows = rows.filter(upload_id=wanted.upload_id)
        if wanted.owner_id:
            rows = rows.filter(owner_id=wanted.owner_id)
        production = await rows.first()
        if production is not None and wanted.space_id is not None:
            shown = models.Publication.filter(
                visible_publications(self._viewer), space_id=wanted.space_id, production_id=production_id
            )
            return production if await shown.exists() else None
        return production

    async def unfinished(self) -> Sequence[models.Production]:
        """The newest productions that are under way and are to be told of."""
        rows = (
            await visible_rows(self._viewer, models.Production)
            .exclude(status__in=TERMINAL)
            .order_by("-created_at", "-id")
            .limit(MAX_INITIAL)
        )
        found = [await self.visible(row.id) for row in rows]
        return [row for row in found if row is not None and self._is_wanted(row.status)]

    async def present(
        self, productions: Sequence[models.Production]
    ) -> AsyncGenerator[ProductionStatusChange, None]:
        """The state of each, oldest transition first, so that any of their cursors is one to continue after.

        In a stream of many, one whose last transition is not settled yet is left to come by itself: a
        cursor behind which another transaction may still commit would skip that one.
        """
        rows = await models.StatusEvent.filter(subject_id__in=[p.id for p in productions]).order_by(
            "transaction_id", "id"
        )
        latest = {row.subject_id: row for row in rows}
        by_id = {production.id: production for production in productions}
        for row in sorted(latest.values(), key=Position.of):
            production = by_id[row.subject_id]
            is_settled = self._production_id is not None or Position.of(row) <= self.floor
            if row.sequence != production.sequence or not is_settled:
                continue
            self._seen.note(row.subject_id, row.sequence, production.progress_percent)
            self._cursor = Position.of(row).to_cursor()
            yield ProductionStatusChange(
                cursor=self._cursor,
                occurred_at=row.occurred_at,
                sequence=row.sequence,
                production=production,
                previous_status=_status(row.data["previousStatus"]),
                status=production.status,
                progress_percent=production.progress_percent,
                phase=production.phase,
            )

    async def since(self, position: Position) -> AsyncGenerator[ProductionStatusChange, None]:
        """Every settled transition after a position; later ones come through the hub."""
        self.floor = position
        while True:
            rows, _ = await read_settled(position, subject_id=self._production_id)
            for row in rows:
                change = await self.told(row)
                if change is not None:
                    yield change
                position = Position.of(row)
            if len(rows) < BATCH:
                return

    async def told(self, item: models.StatusEvent | ProgressTick) -> ProductionStatusChange | None:
        """The change to tell for a transition or tick; None for what is old, unwanted or not to be seen."""
        if isinstance(item, ProgressTick):
            return await self._told_tick(item)
        if item.kind is not StatusEventKind.PRODUCTION_STATUS:
            return None
        is_new = self._seen.is_new_transition(item.subject_id, item.sequence)
        if not is_new or Position.of(item) <= self.floor:
            return None
        production = await self.visible(item.subject_id)
        status = ProductionStatus(item.data["status"])
        self._seen.note(item.subject_id, item.sequence, item.data["progressPercent"])
        self._cursor = Position.of(item).to_cursor()
        if production is None or not self._is_wanted(status):
            return None
        phase = item.data["phase"]
        return ProductionStatusChange(
            cursor=self._cursor,
            occurred_at=item.occurred_at,
            sequence=item.sequence,
            production=production,
            previous_status=_status(item.data["previousStatus"]),
            status=status,
            progress_percent=item.data["progressPercent"],
            phase=RenderPhase(phase) if phase else None,
        )

    async def _told_tick(self, tick: ProgressTick) -> ProductionStatusChange | None:
        """Progress only goes on from what was told: of the current render, unfinished, and further."""
        production = await self.visible(tick.production_id)
        if (
            production is None
            or production.status in TERMINAL
            or production.current_render_number != tick.render_number
            or not self._is_wanted(production.status)
            or not self._seen.is_progress(production.id, production.sequence, tick.progress_percent)
        ):
            return None
        self._seen.note(production.id, production.sequence, tick.progress_percent)
        return ProductionStatusChange(
            cursor=self._cursor or (await horizon()).to_cursor(),
            occurred_at=production.updated_at,
            sequence=production.sequence,
            production=production,
            previous_status=None,
            status=production.status,
            progress_percent=tick.progress_percent,
            phase=RenderPhase(tick.phase) if tick.phase else None,
        )

    def _is_wanted(self, status: ProductionStatus) -> bool:
        return not self._filter.statuses or status in self._filter.statuses


def _status(value: str | None) -> ProductionStatus | None:
    return ProductionStatus(value) if value else None
