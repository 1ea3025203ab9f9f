"""A production's transitions, out of the log, and its progress in between, by the bus."""

from asyncio import gather
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import models
from models.statuses import ProductionStatus, RenderPhase, StatusEventKind
from services.gateways.event_bus import ProgressTick
from services.live.audiences import audiences_of
from services.live.change import Change
from services.live.event_log import AFTER_ALL, LogRow, Position, latest_rows
from services.policy import Audience
from services.viewer import Viewer

MAX_REMEMBERED = 10_000
# For how many times `refresh` reads of a production anew after its latest tick.
ROUNDS = 30


@dataclass(slots=True, kw_only=True, eq=False)
class ProductionStatusChange(Change):
    """A transition, or (with no previous status, and the sequence of the last one) progress since then."""

    kind = StatusEventKind.PRODUCTION_STATUS
    audience: Audience
    production: models.Production
    previous_status: ProductionStatus | None
    status: ProductionStatus
    phase: RenderPhase | None


class ProductionChanges:
    kind = StatusEventKind.PRODUCTION_STATUS

    def topic_of(self, row: LogRow) -> UUID:
        return row.subject_id

    async def changes_of(
        self, rows: Sequence[LogRow], users: Collection[UUID]
    ) -> Sequence[ProductionStatusChange]:
        ids = {row.subject_id for row in rows}
        productions, audiences = await gather(models.Production.in_bulk(ids, "id"), audiences_of(ids, users))
        return [
            transition_of(row, productions[row.subject_id], audiences[row.subject_id])
            for row in rows
            if row.subject_id in productions and row.subject_id in audiences
        ]

    async def audiences(
        self, topic_ids: Collection[UUID], users: Collection[UUID]
    ) -> Mapping[UUID, Audience]:
        return await audiences_of(topic_ids, users)


def transition_of(row: LogRow, production: models.Production, audience: Audience) -> ProductionStatusChange:
    """A row of the log as a change."""
    previous, phase = row.data["previousStatus"], row.data["phase"]
    return ProductionStatusChange(
        position=row.position,
        cursor=row.position.to_cursor(),
        topic_id=row.subject_id,
        subject_id=row.subject_id,
        sequence=row.sequence,
        occurred_at=row.occurred_at,
        audience=audience,
        production=production,
        previous_status=ProductionStatus(previous) if previous else None,
        status=ProductionStatus(row.data["status"]),
        progress_percent=row.data["progressPercent"],
        phase=RenderPhase(phase) if phase else None,
    )


async def present_changes(
    productions: Collection[models.Production], viewer: Viewer, *, up_to: Position = AFTER_ALL
) -> Sequence[ProductionStatusChange]:
    """The last transition of each that the viewer may see, with the progress since; oldest first, so that any
    of their cursors is one to continue after. One with a later transition than its row at or before `up_to`
    tells is left out: that is on its way through the hub."""
    by_id = {production.id: production for production in productions}
    audiences = await audiences_of(by_id.keys(), viewer.users)
    rows = await latest_rows(by_id.keys(), up_to=up_to)
    changes = [
        replace(
            transition_of(row, by_id[row.subject_id], audiences[row.subject_id]),
            progress_percent=by_id[row.subject_id].progress_percent,
            phase=by_id[row.subject_id].phase,
        )
        for row in rows.values()
        if row.subject_id in audiences and row.sequence == by_id[row.subject_id].sequence
    ]
    seen = [change for change in changes if change.audience.includes(viewer)]
    return sorted(seen, key=lambda change: change.position)


def _show(
    row: models.Production, status: ProductionStatus, progress_percent: int, phase: RenderPhase | None
) -> None:
    """Make a row that was read show what a tick tells. By its dictionary: Tortoise's way of setting costs as
    much as all else that is done for a tick."""
    vars(row).update(status=status, progress_percent=progress_percent, phase=phase)


@dataclass(slots=True)
class _Told:
    """How far followers have been told of a production."""

    sequence: int
    status: ProductionStatus
    progress_percent: int
    production: models.Production
    audience: Audience


class ProductionProgress:
    """Turns ticks into changes: only of the transition told last, and only when they are further on.

    A tick says how far a render is, and nothing of who may see it or what the production is called: that is
    read every second for all productions that ticked lately. A tick after a longer silence, or after somebody
    joined, waits until it is read. The longest untouched goes.
    """

    def __init__(self) -> None:
        self._told: OrderedDict[UUID, _Told] = OrderedDict()
        self._unknown: dict[UUID, ProgressTick] = {}
        self._ticked: dict[UUID, int] = {}
        self._known: set[UUID] = set()
        """Those whose row and audience were read by the last `refresh` or later."""

    @property
    def unknown(self) -> Collection[UUID]:
        """Productions whose ticks wait for `learn`."""
        return self._unknown.keys()

    @property
    def ticked(self) -> Collection[UUID]:
        """Those that were told of lately, which `refresh` reads anew."""
        return self._ticked.keys()

    def join(self, production_id: UUID | None) -> None:
        """Somebody follows a production, or all, whose rights may not have been asked for yet."""
        if production_id is None:
            self._known.clear()
        else:
            self._known.discard(production_id)

    def note(self, change: ProductionStatusChange) -> None:
        """A transition is being told."""
        self._known.add(change.subject_id)
        self._remember(
            change.subject_id,
            _Told(
                change.sequence, change.status, change.progress_percent, change.production, change.audience
            ),
        )

    def change_of(self, tick: ProgressTick, reached: Position, cursor: str) -> ProductionStatusChange | None:
        """The tick as a change; None when it is not news, or too little is known of the production: then it
        waits for `learn`. `reached` is how far the log has been told."""
        told = self._told.get(tick.production_id)
        if told is None or tick.production_id not in self._known:
            self._unknown[tick.production_id] = tick
            return None
        if tick.sequence != told.sequence or tick.progress_percent <= told.progress_percent:
            return None
        told.progress_percent = tick.progress_percent
        self._ticked[tick.production_id] = ROUNDS
        phase = RenderPhase(tick.phase) if tick.phase else None
        _show(told.production, told.status, tick.progress_percent, phase)
        return ProductionStatusChange(
            position=reached,
            cursor=cursor,
            topic_id=tick.production_id,
            subject_id=tick.production_id,
            sequence=tick.sequence,
            occurred_at=tick.occurred_at,
            audience=told.audience,
            is_tick=True,
            production=told.production,
            previous_status=None,
            status=told.status,
            progress_percent=tick.progress_percent,
            phase=phase,
        )

    async def learn(self, reached: Position, users: Collection[UUID]) -> Sequence[ProgressTick]:
        """Read what is missing; the ticks that have waited for it."""
        waited, self._unknown = self._unknown, {}
        rows = await latest_rows(waited.keys(), up_to=reached)
        productions, audiences = await self._read(rows.keys(), users)
        learned = rows.keys() & productions.keys() & audiences.keys()
        for production_id in learned:
            production, audience = productions[production_id], audiences[production_id]
            change = transition_of(rows[production_id], production, audience)
            told = self._told.get(production_id)
            if told is None or told.sequence < change.sequence:
                self.note(change)
            else:
                self._renew(told, production, audience)
        return [waited[production_id] for production_id in waited if production_id in learned]

    async def refresh(self, users: Collection[UUID]) -> None:
        """Read anew what ticks are told with; what else is known is too old from now on."""
        ticked = self._ticked.copy()
        self._ticked = {production_id: left - 1 for production_id, left in ticked.items() if left > 1}
        try:
            # By their columns: to make models of a thousand rows takes a thirtieth of a second.
            rows = await models.Production.filter(id__in=ticked.keys()).values()
            audiences = await audiences_of(ticked.keys(), users)
        finally:
            self._known.clear()
        for row in rows:
            told, audience = self._told.get(row["id"]), audiences.get(row["id"])
            if told is not None and audience is not None:
                vars(told.production).update(row)
                self._renew(told, told.production, audience)

    def _renew(self, told: _Told, production: models.Production, audience: Audience) -> None:
        told.production, told.audience = production, audience
        self._known.add(production.id)

    async def _read(
        self, ids: Collection[UUID], users: Collection[UUID]
    ) -> tuple[Mapping[UUID, models.Production], Mapping[UUID, Audience]]:
        if not ids:
            return {}, {}
        return await models.Production.in_bulk(ids, "id"), await audiences_of(ids, users)

    def _remember(self, production_id: UUID, told: _Told) -> None:
        self._told[production_id] = told
        self._told.move_to_end(production_id)
        if len(self._told) > MAX_REMEMBERED:
            self._told.popitem(last=False)
