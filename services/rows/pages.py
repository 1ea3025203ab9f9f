"""Keyset pages over any queryset: stable while rows are added, and as cheap deep down as at the start."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from services.errors import BadInput
from services.rows.conditions import EitherWay

MAX_FIRST = 100
DEFAULT_FIRST = 20
CURSOR_VERSION = 1

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Order:
    """A column to sort by, ties broken by id in the same direction."""

    column: str
    is_descending: bool = True

    @property
    def sign(self) -> str:
        return "-" if self.is_descending else ""


NEWEST_FIRST = Order("created_at")
OLDEST_FIRST = Order("created_at", is_descending=False)


@dataclass(frozen=True)
class PageRequest:
    first: int | None = None
    after: str | None = None


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page; `total` counts the whole list when asked."""

    rows: Sequence[Row]
    cursors: Sequence[str]
    has_next_page: bool
    has_previous_page: bool
    whole: QuerySet[Row]

    async def total(self) -> int:
        return await self.whole.count()


async def page_of(model: type[Row], where: Q, order: Order, request: PageRequest) -> Page[Row]:
    """Rows after the cursor, in order. Raises BadInput for a malformed cursor or `first` outside 1 to 100."""
    first = checked_first(request.first)
    reached = model.all()
    if request.after is not None:
        reached = reached.filter(_beyond(order, *read_cursor(request.after, order)))
    reached = reached.order_by(f"{order.sign}{order.column}", f"{order.sign}id")
    if isinstance(where, EitherWay):
        rows = await _either_way(reached, where, order, first + 1)
    else:
        rows = await reached.filter(where).limit(first + 1)
    shown = rows[:first]
    return Page(
        rows=shown,
        cursors=[write_cursor(order, getattr(row, order.column), row.pk) for row in shown],
        has_next_page=len(rows) > first,
        has_previous_page=request.after is not None,
        whole=model.filter(where.within, where.far) if isinstance(where, EitherWay) else model.filter(where),
    )


async def _either_way(reached: QuerySet[Row], where: EitherWay, order: Order, limit: int) -> Sequence[Row]:
    """The first that satisfy the condition: of the next rows that may, and if those are too few, of all
    that do."""
    within = reached.filter(where.within)
    edge = await within.offset(where.most_near - 1).first().values_list(order.column, flat=True)
    if edge is None:
        return await within.filter(where.near).limit(limit)
    step = "gte" if order.is_descending else "lte"
    rows = await within.filter(where.near, **{f"{order.column}__{step}": edge}).limit(limit)
    return rows if len(rows) == limit else await within.filter(where.far).limit(limit)


def checked_first(first: int | None) -> int:
    """How many rows a page has. Raises BadInput outside 1 to 100."""
    if first is None:
        return DEFAULT_FIRST
    if not 1 <= first <= MAX_FIRST:
        raise BadInput(f"`first` must be between 1 and {MAX_FIRST}, not {first}.")
    return first


def _beyond(order: Order, value: object, row_id: UUID) -> Q:
    """`column >= v AND (column > v OR id > i)`: PostgreSQL walks the index from there, which it does not for
    the plain `column > v OR (column = v AND id > i)`."""
    step = "lt" if order.is_descending else "gt"
    reached: dict[str, Any] = {f"{order.column}__{step}e": value}
    passed: dict[str, Any] = {f"{order.column}__{step}": value, f"id__{step}": row_id}
    return Q(**reached) & Q(**passed, join_type=Q.OR)


def write_cursor(order: Order, value: datetime | str, row_id: UUID) -> str:
    """Where a row stands that has this value in the order's column."""
    told = value.isoformat() if isinstance(value, datetime) else value
    packed = orjson.dumps([CURSOR_VERSION, order.column, told, str(row_id)])
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_cursor(cursor: str, order: Order) -> tuple[datetime | str, UUID]:
    """The value and the id that a cursor was written from. Raises BadInput for any other text."""
    try:
        packed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        version, column, value, row_id = orjson.loads(packed)
        if version != CURSOR_VERSION or column != order.column or not isinstance(value, str):
            raise ValueError
        return (datetime.fromisoformat(value) if column.endswith("_at") else value), UUID(row_id)
    except (ValueError, TypeError, AttributeError, binascii.Error) as error:
        raise BadInput("This cursor does not belong to this list.") from error
