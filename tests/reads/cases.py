"""Every list of the schema, with each order and each filter, and every relation to one."""

from datetime import UTC, datetime, timedelta
from typing import Any

from schema.node import global_id
from services.rows.pages import NEWEST_FIRST, Order, write_cursor
from tests.reads.large_world import PRODUCTION, PUBLICATION, SPACE, UPLOAD, USER, row_id

PAGE = "pageInfo { hasNextPage endCursor }"
ORDERS = ["CREATED_AT_DESC", "CREATED_AT_ASC", "TITLE_ASC", "TITLE_DESC"]


def _id(type_name: str, kind: int, number: int) -> str:
    return global_id(type_name, row_id(kind, number))


def _moment(number: int) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=10 * number)


def _root(field: str, arguments: str, below: str = "id") -> str:
    return f"{{ {field}({arguments}) {{ edges {{ cursor node {{ {below} }} }} {PAGE} }} }}"


def _all_orders(field: str, kind: int, arguments: str) -> dict[str, str]:
    """Each order from its beginning, and from the middle on."""
    cases = {}
    for order in ORDERS:
        by_title = order.startswith("TITLE")
        column = Order("title" if by_title else "created_at")
        cursor = write_cursor(column, "Title 5" if by_title else _moment(50_000), row_id(kind, 50_000))
        for after in ("", f', after: "{cursor}"'):
            name = f"{field} {order}{' further on' if after else ''}"
            cases[name] = _root(field, f"{arguments} orderBy: {order}{after}")
    return cases


UPLOAD_CASES = {
    **_all_orders("uploads", UPLOAD, "first: 20"),
    "uploads of a status": _root("uploads", "filter: {statuses: [READY, VERIFYING]}"),
    "uploads of a rare status": _root("uploads", "filter: {statuses: [REJECTED]}"),
    "uploads of a kind": _root("uploads", "filter: {kinds: [IMAGE]}"),
}
PRODUCTION_CASES = {
    **_all_orders("productions", PRODUCTION, "first: 20"),
    "productions of a status": _root("productions", "filter: {statuses: [COMPLETED]}"),
    "productions of an upload": _root("productions", f'filter: {{uploadId: "{_id("Upload", UPLOAD, 5)}"}}'),
    "productions of an owner": _root("productions", f'filter: {{ownerId: "{_id("User", USER, 7)}"}}'),
    "productions of one who has many": _root("productions", f'filter: {{ownerId: "{_id("User", USER, 1)}"}}'),
    "productions in a space": _root("productions", f'filter: {{spaceId: "{_id("Space", SPACE, 20)}"}}'),
}
SPACE_CASES = {
    "spaces": _root("spaces", "first: 20"),
    "spaces further on": _root(
        "spaces", f'after: "{write_cursor(NEWEST_FIRST, _moment(1000), row_id(SPACE, 1000))}"'
    ),
    "public spaces": _root("spaces", "filter: {visibility: PUBLIC}"),
    "spaces of members": _root("spaces", "filter: {visibility: MEMBERS}"),
    "spaces where one is an owner": _root("spaces", "filter: {roles: [OWNER]}"),
    "spaces by name": _root("spaces", 'filter: {nameContains: "ace 19"}'),
}
_LIST = f"edges {{ cursor node {{ id }} }} {PAGE}"
NESTED_CASES = {
    "the viewer's lists": f"""{{ viewer {{
        name uploads {{ {_LIST} }} productions {{ {_LIST} }} spaces {{ {_LIST} }}
    }} }}""",
    "uploads' lists": f"""{{ uploads {{ nodes {{
        owner {{ name }} productions {{ {_LIST} }} publications {{ {_LIST} }}
    }} }} }}""",
    "productions' lists": f"""{{ productions {{ nodes {{
        owner {{ name }} upload {{ title }} render {{ number }} renders {{ number }}
        publications {{
            edges {{ cursor node {{ id space {{ name viewerRole }} production {{ title }} }} }} {PAGE}
        }}
    }} }} }}""",
    "spaces' lists": f"""{{ spaces {{ nodes {{
        viewerRole members {{ nodes {{ role user {{ name }} }} {PAGE} }}
        publications {{ edges {{ cursor node {{ id production {{ title owner {{ name }} }} }} }} {PAGE} }}
    }} }} }}""",
    "three levels": f"""{{ uploads(first: 25) {{ nodes {{
        title productions {{ nodes {{
            title status publications {{ nodes {{ status space {{ name }} }} {PAGE} }}
        }} }}
    }} }} }}""",
}
ONE_CASES = {
    "an upload": f'{{ upload(id: "{_id("Upload", UPLOAD, 5)}") {{ title owner {{ name }} }} }}',
    "a production": f"""{{ production(id: "{_id("Production", PRODUCTION, 4321)}") {{ title upload {{ title }}
        publications {{ nodes {{ space {{ name }} }} }} }} }}""",
    "a space": '{ space(slug: "space-20") { name viewerRole } }',
    **{
        f"the node of a {type_name}": f'{{ node(id: "{_id(type_name, kind, 4321)}") {{ id }} }}'
        for type_name, kind in (
            ("Upload", UPLOAD),
            ("Production", PRODUCTION),
            ("Space", SPACE),
            ("Publication", PUBLICATION),
        )
    },
    "the node of a User": f'{{ node(id: "{_id("User", USER, 7)}") {{ id }} }}',
}
CASES: dict[str, str] = UPLOAD_CASES | PRODUCTION_CASES | SPACE_CASES | NESTED_CASES | ONE_CASES
"""What reads no more than a page of each list."""

SEARCHES: dict[str, str] = {
    "a large space": f"""{{ space(id: "{_id("Space", SPACE, 4)}") {{
        members {{ {PAGE} nodes {{ role }} }}
        publications {{ {_LIST} }}
        live: publications(statuses: [LIVE]) {{ {_LIST} }}
        withdrawn: publications(statuses: [WITHDRAWN]) {{ {_LIST} }}
    }} }}""",
    "productions in a large space": _root("productions", f'filter: {{spaceId: "{_id("Space", SPACE, 4)}"}}'),
    "uploads by a part of the title": _root("uploads", 'filter: {titleContains: "RARE"}'),
    "productions of a rare status": _root("productions", "filter: {statuses: [FAILED]}"),
}
"""What may look at everything that the viewer sees, or that is in one space."""

TOTALS: dict[str, Any] = {
    "uploads": "{ uploads { totalCount } }",
    "productions": "{ productions { totalCount } }",
    "spaces": "{ spaces { totalCount } }",
    "the viewer's lists": """{ viewer { uploads { totalCount } productions { totalCount }
        spaces { totalCount } } }""",
    "uploads' lists": "{ uploads { nodes { productions { totalCount } publications { totalCount } } } }",
    "productions' lists": "{ productions { nodes { publications { totalCount } } } }",
    "spaces' lists": "{ spaces { nodes { members { totalCount } publications { totalCount } } } }",
}
