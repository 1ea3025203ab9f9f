"""Reads the event log in an order in which nothing ever appears behind a reader's back."""

import base64
import binascii
import struct
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Self
from uuid import UUID

import orjson
from tortoise import connections

from models.statuses import StatusEventKind
from services.errors import BadInput

BATCH = 500
CURSOR = struct.Struct(">BQQ")
CURSOR_VERSION = 1
LARGEST_ID = 2**63 - 1

# pg_snapshot_xmin is the oldest transaction still running: all below it is committed or gone for good. That
# number itself is no place to continue after: a PostgreSQL that crashed may hand out once more the ids of
# transactions that left nothing on disk. A row that was seen is on disk, and so is its transaction's id.
HORIZON = """
SELECT transaction_id, id FROM status_events
WHERE transaction_id < (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint
ORDER BY transaction_id DESC, id DESC
LIMIT 1
"""
SETTLED = """
WITH settled AS (SELECT (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint AS xmin)
SELECT settled.xmin, added.* FROM settled LEFT JOIN LATERAL (
  SELECT transaction_id, id, kind, subject_id, sequence, data, occurred_at FROM status_events
  WHERE (transaction_id, id) > ($1, $2)
    AND ($3::uuid IS NULL OR subject_id = $3)
    AND ($4::text IS NULL OR kind = $4)
  ORDER BY transaction_id, id
  LIMIT $5
) AS added ON true
ORDER BY added.transaction_id, added.id
"""
LATEST = """
SELECT DISTINCT ON (subject_id) transaction_id, id, kind, subject_id, sequence, data, occurred_at
FROM status_events
WHERE subject_id = ANY($1) AND (transaction_id, id) <= ($2, $3)
ORDER BY subject_id, sequence DESC
"""


class Position(NamedTuple):
    """A place in the log: rows are ordered by their transaction, then by id."""

    transaction_id: int
    id: int

    def to_cursor(self) -> str:
        packed = CURSOR.pack(CURSOR_VERSION, self.transaction_id, self.id)
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")

    @classmethod
    def from_cursor(cls, cursor: str) -> "Position":
        """Raises BadInput for anything but a cursor of ours."""
        try:
            packed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            version, transaction_id, row_id = CURSOR.unpack(packed)
            if version != CURSOR_VERSION or max(transaction_id, row_id) > LARGEST_ID:
                raise ValueError
        except (ValueError, binascii.Error, struct.error) as error:
            raise BadInput("This is not a cursor of this subscription.") from error
        return cls(transaction_id, row_id)


BEFORE_ALL = Position(0, 0)
AFTER_ALL = Position(LARGEST_ID, LARGEST_ID)


@dataclass(frozen=True, slots=True)
class LogRow:
    """A line of the event log (`models.StatusEvent`)."""

    position: Position
    kind: str
    """A `StatusEventKind`, or one of a newer server's."""
    subject_id: UUID
    sequence: int
    data: dict[str, Any]
    occurred_at: datetime

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(
            position=Position(row["transaction_id"], row["id"]),
            kind=row["kind"],
            subject_id=row["subject_id"],
            sequence=row["sequence"],
            data=orjson.loads(row["data"]),
            occurred_at=row["occurred_at"],
        )


@dataclass(frozen=True, slots=True)
class Settled:
    """What a reading of the log found."""

    rows: Sequence[LogRow]
    reached: Position
    """Nothing will ever appear at or before it."""
    has_more: bool
    """Whether there may be further rows to read at once."""
    is_held_back: bool
    """Whether later rows wait for an older transaction that is still running and may add rows before them."""


async def horizon() -> Position:
    """The last row that is settled now: every later one compares greater."""
    rows = await connections.get("default").execute_query_dict(HORIZON)
    return Position(rows[0]["transaction_id"], rows[0]["id"]) if rows else BEFORE_ALL


async def read_settled(
    after: Position,
    *,
    subject_id: UUID | None = None,
    kind: StatusEventKind | None = None,
    limit: int = BATCH,
) -> Settled:
    """Up to `limit` rows after a position, in order; of one subject or kind, or of all."""
    found = await connections.get("default").execute_query_dict(
        SETTLED, [after.transaction_id, after.id, subject_id, kind, limit]
    )
    end = Position(found[0]["xmin"] - 1, LARGEST_ID)
    added = [LogRow.of(row) for row in found if row["id"] is not None]
    rows = [row for row in added if row.position <= end]
    has_more = len(rows) == limit
    reached = rows[-1].position if rows else after
    return Settled(rows, reached, has_more, is_held_back=len(rows) < len(added))


async def latest_rows(subject_ids: Collection[UUID], *, up_to: Position = AFTER_ALL) -> dict[UUID, LogRow]:
    """The last row of each subject at or before a position; subjects without one are absent."""
    if not subject_ids:
        return {}
    found = await connections.get("default").execute_query_dict(
        LATEST, [list(subject_ids), up_to.transaction_id, up_to.id]
    )
    return {row.subject_id: row for row in map(LogRow.of, found)}
