"""Reads the event log in an order in which nothing ever appears behind a reader's back."""

import base64
import binascii
import struct
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from tortoise import connections

import models
from services.errors import BadInput

BATCH = 500
CURSOR = struct.Struct(">BQQ")
CURSOR_VERSION = 1
LARGEST_ID = 2**63 - 1

# pg_snapshot_xmin is the oldest transaction still running: all below it is committed or gone for good.
HORIZON = "SELECT (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint AS xmin"
SETTLED = """
SELECT id, transaction_id < (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint AS is_settled
FROM status_events
WHERE (transaction_id, id) > ($1, $2) AND ($3::uuid IS NULL OR subject_id = $3)
ORDER BY transaction_id, id
LIMIT $4
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

    @classmethod
    def of(cls, row: models.StatusEvent) -> "Position":
        return cls(row.transaction_id, row.id)


async def horizon() -> Position:
    """The end of what is settled now: every later row compares greater."""
    rows = await connections.get("default").execute_query_dict(HORIZON)
    return Position(rows[0]["xmin"] - 1, LARGEST_ID)


async def read_settled(
    after: Position, *, subject_id: UUID | None = None, limit: int = BATCH
) -> tuple[Sequence[models.StatusEvent], bool]:
    """Up to `limit` rows after a position, in order, of one subject or of all; and whether later rows are
    held back because an older transaction is still running and may yet add rows before them."""
    rows = await connections.get("default").execute_query_dict(
        SETTLED,
        [after.transaction_id, after.id, subject_id, limit],
    )
    settled = [row["id"] for row in rows if row["is_settled"]]
    found = {row.id: row for row in await models.StatusEvent.filter(id__in=settled)} if settled else {}
    return [found[row_id] for row_id in settled], len(settled) < len(rows)
