"""Who may see what has two forms, a predicate over rows and a value asked in memory: they always agree."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tortoise import connections

import models
from models.statuses import ProductionStatus, PublicationStatus, SpaceRole, SpaceVisibility
from services.live.audiences import audiences_of, space_audiences
from services.policy import (
    Audience,
    SpaceAudience,
    visible_productions,
    visible_productions_gathered,
    visible_publications,
    visible_spaces,
)
from services.viewer import ANONYMOUS, Viewer
from tests.factories import (
    add_member,
    make_production,
    make_publication,
    make_space,
    make_upload,
    make_user,
    viewer_of,
)

USERS, SPACES, PRODUCTIONS = 4, 3, 3
LIVE, WITHDRAWN = PublicationStatus.LIVE, PublicationStatus.WITHDRAWN
NOT_OUT = [PublicationStatus.SCHEDULED, PublicationStatus.WAITING]
STRANGER = UUID(int=1)


@dataclass(frozen=True)
class World:
    """Each space's visibility; each user's role in each; each production's owner, and its status in each."""

    visibilities: list[SpaceVisibility]
    roles: list[list[SpaceRole | None]]
    owners: list[int]
    statuses: list[list[PublicationStatus | None]]


def exactly(size, values):
    return st.lists(values, min_size=size, max_size=size)


WORLDS = st.builds(
    World,
    visibilities=exactly(SPACES, st.sampled_from(SpaceVisibility)),
    roles=exactly(SPACES, exactly(USERS, st.sampled_from([None, *SpaceRole]))),
    owners=exactly(PRODUCTIONS, st.integers(0, USERS - 1)),
    statuses=exactly(PRODUCTIONS, exactly(SPACES, st.sampled_from([None, *PublicationStatus]))),
)


@pytest.fixture
async def users(database):
    return [await make_user() for _ in range(USERS)]


async def settle(world, users, upload):
    """The world as rows, in place of the one before; its spaces and productions."""
    for model in (models.Publication, models.SpaceMember, models.Space, models.Production):
        await model.all().delete()
    spaces = [models.Space(name="S", slug=f"s{n}", visibility=v) for n, v in enumerate(world.visibilities)]
    productions = [
        models.Production(
            owner_id=users[owner].id,
            upload_id=upload.id,
            title="A production",
            config={},
            status=ProductionStatus.QUEUED,
        )
        for owner in world.owners
    ]
    await models.Space.bulk_create(spaces)
    await models.Production.bulk_create(productions)
    await models.SpaceMember.bulk_create(
        models.SpaceMember(space_id=space.id, user_id=user.id, role=role)
        for space, roles in zip(spaces, world.roles, strict=True)
        for user, role in zip(users, roles, strict=True)
        if role
    )
    await models.Publication.bulk_create(
        models.Publication(production_id=production.id, space_id=space.id, status=status)
        for production, statuses in zip(productions, world.statuses, strict=True)
        for space, status in zip(spaces, statuses, strict=True)
        if status
    )
    return spaces, productions


@given(world=WORLDS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_both_forms_of_each_rule_agree_for_everybody(users, world):
    upload = await make_upload(users[0])
    spaces, productions = await settle(world, users, upload)
    user_ids = [user.id for user in users]
    of_spaces = await space_audiences([space.id for space in spaces], user_ids)
    of_productions = await audiences_of([production.id for production in productions], user_ids)
    assert set(of_spaces) == {space.id for space in spaces}
    assert set(of_productions) == {production.id for production in productions}
    for viewer in (*map(viewer_of, users), Viewer(STRANGER), ANONYMOUS):
        await agree(viewer, of_spaces, of_productions)


async def agree(viewer, of_spaces, of_productions):
    """Demands that a viewer sees the same by the rows as by the values."""
    seen_spaces = await models.Space.filter(visible_spaces(viewer)).values_list("id", flat=True)
    assert {i for i, audience in of_spaces.items() if audience.includes(viewer)} == set(seen_spaces)
    seen = await models.Production.filter(visible_productions(viewer)).values_list("id", flat=True)
    assert {i for i, audience in of_productions.items() if audience.includes(viewer)} == set(seen)
    gathered = models.Production.filter(visible_productions_gathered(viewer))
    assert set(await gathered.values_list("id", flat=True)) == set(seen)
    publications = models.Publication.filter(visible_publications(viewer))
    rows = await publications.values_list("production_id", "space_id", "status")
    showings = [
        (i, audience, showing) for i, audience in of_productions.items() for showing in audience.showings
    ]
    assert {
        (i, showing.space_id, showing.status)
        for i, audience, showing in showings
        if showing.is_visible_to(viewer, audience.owner_id)
    } == set(rows)
    assert {
        (i, space_id)
        for i, audience in of_productions.items()
        for space_id in of_spaces
        if audience.includes_in(viewer, space_id)
    } == {(i, space_id) for i, space_id, status in rows if status is not WITHDRAWN}


@pytest.mark.parametrize("status", PublicationStatus)
@pytest.mark.parametrize("visibility", SpaceVisibility)
async def test_who_sees_a_production_in_a_space(database, visibility, status):
    owner, stranger = await make_user(), await make_user()
    people = {role: await make_user() for role in SpaceRole}
    space = await make_space(people[SpaceRole.OWNER], visibility=visibility)
    for role in (SpaceRole.VIEWER, SpaceRole.PUBLISHER):
        await add_member(space, people[role], role)
    production = await make_production(owner)
    await make_publication(production, space, status)
    watchers = [owner, stranger, *people.values()]
    audience = (await audiences_of([production.id], [user.id for user in watchers]))[production.id]
    everybody = {
        "nobody": ANONYMOUS,
        "stranger": viewer_of(stranger),
        "owner": viewer_of(owner),
        **{role.value.lower() + " of the space": viewer_of(user) for role, user in people.items()},
    }
    publishers = {"publisher of the space", "owner of the space"}
    if status is WITHDRAWN:
        expected, expected_there = {"owner"}, set()
    elif status in NOT_OUT:
        expected = expected_there = {"owner"} | publishers
    elif visibility is SpaceVisibility.MEMBERS:
        expected = expected_there = {"owner", "viewer of the space"} | publishers
    else:
        expected = expected_there = set(everybody)
    assert {who for who, viewer in everybody.items() if audience.includes(viewer)} == expected
    assert {who for who, v in everybody.items() if audience.includes_in(v, space.id)} == expected_there
    assert not any(audience.includes_in(viewer, STRANGER) for viewer in everybody.values())


async def test_what_does_not_exist_has_no_audience(users):
    production = await make_production(users[0])
    space = await make_space(users[0])
    both = [production.id, STRANGER, production.id]
    assert await audiences_of(both, []) == {production.id: Audience(users[0].id)}
    assert await space_audiences([space.id, STRANGER, space.id], []) == {
        space.id: SpaceAudience(SpaceVisibility.MEMBERS, {})
    }
    assert await audiences_of([], [users[0].id]) == await space_audiences([], [users[0].id]) == {}


async def test_a_user_who_was_not_asked_about_passes_for_a_stranger(users):
    owner, member, _, _ = users
    space = await make_space(owner)
    await add_member(space, member, SpaceRole.VIEWER)
    production = await make_production(owner)
    await make_publication(production, space)
    for asked in ([], [member.id, member.id]):
        audience = (await audiences_of([production.id], asked))[production.id]
        in_space = (await space_audiences([space.id], asked))[space.id]
        assert audience.includes(viewer_of(owner))
        assert audience.includes(viewer_of(member)) == in_space.includes(viewer_of(member)) == bool(asked)


async def test_any_number_is_read_by_one_statement(users, monkeypatch):
    space = await make_space(users[0])
    productions = [await make_production(users[0]) for _ in range(5)]
    for production in productions:
        await make_publication(production, space)
    connection = connections.get("default")
    asked = []
    usual = type(connection).execute_query

    async def counted(self, *arguments):
        asked.append(arguments)
        return await usual(self, *arguments)

    monkeypatch.setattr(type(connection), "execute_query", counted)
    await audiences_of([production.id for production in productions], [user.id for user in users])
    assert len(asked) == 1
