"""Reads who may see what for all watchers at once: one statement, so that one moment is what is told.

Rights read in two moments could add up to more than anybody ever had: a publication as it was before its
withdrawal, beside a membership from after it.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from tortoise import connections

from models.statuses import PublicationStatus, SpaceRole, SpaceVisibility
from services.policy import Audience, Showing, SpaceAudience

# Raw, and without models: asked each second about everything that is watched. A row with a production is a
# showing of it, or (without a space) says that it is shown nowhere; a row without one is a user's role in a
# space, where roles decide anything.
PRODUCTIONS = """
WITH showings AS MATERIALIZED (
  SELECT production.id AS production_id, production.owner_id AS user_id, publication.space_id,
    publication.status, space.visibility
  FROM productions production
  LEFT JOIN publications publication ON publication.production_id = production.id
  LEFT JOIN spaces space ON space.id = publication.space_id
  WHERE production.id = ANY($1::uuid[])
)
SELECT production_id, user_id, space_id, status, visibility FROM showings
UNION ALL
SELECT NULL, member.user_id, member.space_id, member.role, NULL
FROM (
  SELECT DISTINCT space_id FROM showings WHERE status <> 'LIVE' OR visibility <> 'PUBLIC'
) AS deciding
JOIN space_members member ON member.space_id = deciding.space_id
WHERE member.user_id = ANY($2::uuid[])
"""
# A row without a user is a space; one with a user, the role in it.
SPACES = """
SELECT id AS space_id, NULL::uuid AS user_id, visibility FROM spaces WHERE id = ANY($1::uuid[])
UNION ALL
SELECT space_id, user_id, role FROM space_members
WHERE space_id = ANY($1::uuid[]) AND user_id = ANY($2::uuid[])
"""


async def audiences_of(production_ids: Collection[UUID], user_ids: Collection[UUID]) -> dict[UUID, Audience]:
    """Of each production that exists, who of these users, and whether nobody, may see it and where."""
    if not production_ids:
        return {}
    owners: dict[UUID, UUID] = {}
    showings: defaultdict[UUID, list[Showing]] = defaultdict(list)
    # Shared: many productions are shown in few spaces, and a showing is dearer to make than to look up.
    made: dict[tuple[UUID, str], Showing] = {}
    roles: defaultdict[UUID, dict[UUID, SpaceRole]] = defaultdict(dict)
    rows = await _rows(PRODUCTIONS, production_ids, user_ids)
    for production_id, user_id, space_id, word, visibility in rows:
        if production_id is None:
            roles[space_id][user_id] = SpaceRole(word)
            continue
        owners[production_id] = user_id
        if space_id is None:
            continue
        showing = made.get((space_id, word))
        if showing is None:
            status = PublicationStatus(word)
            showing = Showing(space_id, status, SpaceVisibility(visibility), roles[space_id])
            made[space_id, word] = showing
        showings[production_id].append(showing)
    return {
        production_id: Audience(owner_id, tuple(showings.get(production_id, ())))
        for production_id, owner_id in owners.items()
    }


async def space_audiences(
    space_ids: Collection[UUID], user_ids: Collection[UUID]
) -> dict[UUID, SpaceAudience]:
    """Of each space that exists, who of these users, and whether nobody, may see it."""
    if not space_ids:
        return {}
    visibilities: dict[UUID, SpaceVisibility] = {}
    roles: defaultdict[UUID, dict[UUID, SpaceRole]] = defaultdict(dict)
    for space_id, user_id, word in await _rows(SPACES, space_ids, user_ids):
        if user_id is None:
            visibilities[space_id] = SpaceVisibility(word)
        else:
            roles[space_id][user_id] = SpaceRole(word)
    return {
        space_id: SpaceAudience(visibility, roles[space_id]) for space_id, visibility in visibilities.items()
    }


async def _rows(statement: str, ids: Collection[UUID], user_ids: Collection[UUID]) -> Sequence[Any]:
    rows: Sequence[Any]
    _, rows = await connections.get("default").execute_query(statement, [list(ids), list(user_ids)])
    return rows
