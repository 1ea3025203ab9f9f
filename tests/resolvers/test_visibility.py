"""Nobody sees what isn't theirs, on any path."""

import pytest

from models.statuses import PublicationStatus, SpaceRole, SpaceVisibility
from tests.factories import (
    add_member,
    id_of,
    make_production,
    make_publication,
    make_space,
    make_token,
    make_user,
)

EVERY_PATH = """
query ($production: ID!, $space: ID!) {
  production(id: $production) { title }
  node(id: $production) { id }
  productions { totalCount nodes { title } }
  inSpace: productions(filter: {spaceId: $space}) { totalCount }
  space(id: $space) { publications { totalCount nodes { status production { title } } } }
}
"""


def seen(data):
    """On which paths the production shows."""
    publications = (data["space"] or {"publications": {"nodes": []}})["publications"]["nodes"]
    return {
        "production": data["production"] is not None,
        "node": data["node"] is not None,
        "list": data["productions"]["totalCount"] == 1,
        "in space": data["inSpace"]["totalCount"] == 1,
        "publication": any(p["production"] for p in publications),
    }


ALL = dict.fromkeys(["production", "node", "list", "in space", "publication"], True)
NONE = dict.fromkeys(ALL, False)


@pytest.mark.parametrize(
    ("visibility", "status", "role", "is_seen"),
    [
        (SpaceVisibility.PUBLIC, PublicationStatus.LIVE, None, True),
        (SpaceVisibility.PUBLIC, PublicationStatus.WAITING, None, False),
        (SpaceVisibility.PUBLIC, PublicationStatus.SCHEDULED, None, False),
        (SpaceVisibility.PUBLIC, PublicationStatus.WITHDRAWN, None, False),
        (SpaceVisibility.MEMBERS, PublicationStatus.LIVE, None, False),
        (SpaceVisibility.MEMBERS, PublicationStatus.LIVE, SpaceRole.VIEWER, True),
        (SpaceVisibility.MEMBERS, PublicationStatus.WAITING, SpaceRole.VIEWER, False),
        (SpaceVisibility.MEMBERS, PublicationStatus.WAITING, SpaceRole.PUBLISHER, True),
        (SpaceVisibility.MEMBERS, PublicationStatus.SCHEDULED, SpaceRole.OWNER, True),
        (SpaceVisibility.MEMBERS, PublicationStatus.WITHDRAWN, SpaceRole.VIEWER, False),
    ],
)
async def test_a_production_shows_on_all_paths_or_none(graphql, visibility, status, role, is_seen):
    owner, other = await make_user(), await make_user()
    space = await make_space(owner, visibility=visibility)
    production = await make_production(owner)
    await make_publication(production, space, status)
    if role:
        await add_member(space, other, role)
    token = await make_token(other) if role else None
    variables = {"production": id_of(production), "space": id_of(space)}
    assert seen(await graphql(EVERY_PATH, variables, token=token)) == (ALL if is_seen else NONE)


async def test_what_belongs_to_the_owner_is_empty_for_others(graphql):
    owner = await make_user("Ada")
    space = await make_space(owner, visibility=SpaceVisibility.PUBLIC)
    production = await make_production(owner)
    await make_publication(production, space)
    query = """query ($id: ID!) { production(id: $id) {
      title status owner { name } upload { id } config { posterAtMs } render { number }
      renders { number } history { sequence } } }"""
    variables = {"id": id_of(production)}
    assert await graphql(query, variables) == {
        "production": {
            "title": "A production",
            "status": "COMPLETED",
            "owner": {"name": "Ada"},
            "upload": None,
            "config": None,
            "render": None,
            "renders": [],
            "history": [],
        }
    }
    own = await graphql(query, variables, token=await make_token(owner))
    assert own["production"]["render"] == {"number": 1}
    assert own["production"]["history"] == [{"sequence": 1}]


async def test_an_upload_is_its_owners_alone(graphql):
    owner, other = await make_user(), await make_user()
    production = await make_production(owner)
    upload = await production.upload
    query = "query ($id: ID!) { upload(id: $id) { title } node(id: $id) { id } uploads { totalCount } }"
    variables = {"id": id_of(upload)}
    nothing = {"upload": None, "node": None, "uploads": {"totalCount": 0}}
    assert await graphql(query, variables) == nothing
    assert await graphql(query, variables, token=await make_token(other)) == nothing
    own = await graphql(query, variables, token=await make_token(owner))
    assert own["uploads"] == {"totalCount": 1}
