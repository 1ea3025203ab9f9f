from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Generic, Self, TypeVar

import strawberry

from services.rows.pages import Page

NodeType = TypeVar("NodeType")

First = Annotated[
    int | None, strawberry.argument(description="How many to return, 1 to 100; 20 where not given.")
]
After = Annotated[str | None, strawberry.argument(description="The cursor to continue after.")]


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether more follow.")
    has_previous_page: bool = strawberry.field(description="Whether something came before.")
    start_cursor: str | None = strawberry.field(description="The first edge's cursor.")
    end_cursor: str | None = strawberry.field(description="The last edge's cursor; continue after it.")


@strawberry.type(description="One item of a list and its place.")
class Edge(Generic[NodeType]):
    cursor: str = strawberry.field(description="The item's place in the list.")
    node: NodeType = strawberry.field(description="The item.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[NodeType]):
    edges: list[Edge[NodeType]] = strawberry.field(description="The page's items with their cursors.")
    nodes: list[NodeType] = strawberry.field(description="The page's items alone.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field(description="How many items the whole list has; counted only when asked for.")
    async def total_count(self) -> int:
        return await self.count()

    @classmethod
    def of(cls, page: Page[Any], to_node: Callable[[Any], NodeType]) -> Self:
        """The page of rows as a connection of nodes."""
        nodes = [to_node(row) for row in page.rows]
        edges = [Edge(cursor=cursor, node=node) for cursor, node in zip(page.cursors, nodes, strict=True)]
        return cls(
            edges=edges,
            nodes=nodes,
            page_info=PageInfo(
                has_next_page=page.has_next_page,
                has_previous_page=page.has_previous_page,
                start_cursor=page.cursors[0] if page.cursors else None,
                end_cursor=page.cursors[-1] if page.cursors else None,
            ),
            count=page.total,
        )
