"""Conditions on inner rows select what they say, wherever a `Q` may stand."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypika_tortoise.context import DEFAULT_SQL_CONTEXT
from pypika_tortoise.terms import Parameterizer
from tortoise.exceptions import OperationalError
from tortoise.expressions import Q, ResolveContext, Subquery

import models
from models.statuses import PublicationStatus, SpaceRole, SpaceVisibility
from services.rows.conditions import Among, EitherWay, Exists, Source
from tests.factories import add_member, make_production, make_publication, make_space, make_user

LIVE = Q(status=PublicationStatus.LIVE)
PUBLISHED = Exists(models.Publication, {"production_id": "id"})


def member(user_id, where=None):
    return Exists(models.SpaceMember, {"space_id": "id"}, Q(user_id=user_id) & (where or Q()))


def sql_of(condition, model, table):
    """The criterion alone, with its parameters, as the planner takes it."""
    context = ResolveContext(model=model, table=table, annotations={}, custom_filters={})
    values = Parameterizer(placeholder_factory=lambda n: f"${n}")
    criterion = condition.resolve(context).where_criterion
    return criterion.get_sql(DEFAULT_SQL_CONTEXT.copy(parameterizer=values)), values.values


@pytest.fixture
async def scene(database):
    """Productions of two owners: LIVE in a space, withdrawn from it, LIVE in another, and in none."""
    ada, bob = await make_user(), await make_user()
    club = await make_space(ada)
    hall = await make_space(bob, visibility=SpaceVisibility.PUBLIC)
    await add_member(hall, ada, SpaceRole.VIEWER)
    productions = {
        "live": await make_production(ada),
        "withdrawn": await make_production(ada),
        "elsewhere": await make_production(bob),
        "nowhere": await make_production(bob),
    }
    await make_publication(productions["live"], club)
    await make_publication(productions["live"], hall, PublicationStatus.WAITING)
    await make_publication(productions["withdrawn"], club, PublicationStatus.WITHDRAWN)
    await make_publication(productions["elsewhere"], hall)
    return {"ada": ada, "bob": bob, "club": club, "hall": hall} | productions


async def names(scene, condition):
    ids = set(await models.Production.filter(condition).values_list("id", flat=True))
    return {name for name, row in scene.items() if row.id in ids}


async def test_it_stands_wherever_a_condition_may(scene):
    live = Exists(models.Publication, {"production_id": "id"}, LIVE)
    own = Q(owner_id=scene["ada"].id)
    assert await names(scene, PUBLISHED) == {"live", "withdrawn", "elsewhere"}
    assert await names(scene, live) == {"live", "elsewhere"}
    assert await names(scene, ~live) == {"withdrawn", "nowhere"}
    assert await names(scene, ~~live) == {"live", "elsewhere"}
    assert await names(scene, own & live) == await names(scene, live & own) == {"live"}
    assert await names(scene, own | live) == {"live", "withdrawn", "elsewhere"}
    assert await names(scene, ~(own | live)) == {"nowhere"}
    assert await names(scene, own & ~live) == {"withdrawn"}
    assert await names(scene, Q(live, own, join_type=Q.OR) & PUBLISHED) == {"live", "withdrawn", "elsewhere"}
    rows = models.Production.filter(live).exclude(own)
    assert [row.id for row in await rows.order_by("id")] == [scene["elsewhere"].id]
    assert await models.Production.exclude(live).count() == 2
    updated = await models.Production.filter(live, own).update(title="Live")
    assert updated == 1
    assert (await models.Production.get(title="Live")).id == scene["live"].id


async def test_values_of_both_sides_keep_their_places(scene):
    """Two parameters before, two within and one after: none takes the place of another."""
    condition = (
        Q(owner_id=scene["ada"].id, title="A production")
        & Exists(
            models.Publication,
            {"production_id": "id"},
            Q(space_id=scene["hall"].id, status=PublicationStatus.WAITING),
        )
        & Q(id=scene["live"].id)
    )
    assert await names(scene, condition) == {"live"}


async def test_one_stands_within_another_and_a_table_within_itself(scene):
    ada, bob = scene["ada"].id, scene["bob"].id
    together = Exists(models.SpaceMember, {"space_id": "space_id"}, Q(user_id=ada))
    both = member(bob, together)
    assert {space.id for space in await models.Space.filter(both)} == {scene["hall"].id}
    members = models.SpaceMember.filter(
        Exists(models.SpaceMember, {"space_id": "space_id"}, Q(user_id=bob) & together)
    )
    assert sorted(row.user_id for row in await members) == sorted([ada, bob])
    seen = Exists(
        models.Publication, {"production_id": "id"}, Exists(models.Space, {"id": "space_id"}, member(ada))
    )
    assert await names(scene, seen) == {"live", "withdrawn", "elsewhere"}


async def test_it_stands_beside_a_join_and_within_a_subquery(scene):
    """Where Tortoise joins, it names tables in its own way."""
    by_ada = models.Publication.filter(
        Exists(models.Space, {"id": "space_id"}, member(scene["ada"].id)),
        production__owner_id=scene["ada"].id,
    )
    assert await by_ada.count() == 3
    ids = Subquery(models.Production.filter(PUBLISHED).values("id"))
    assert await names(scene, ~PUBLISHED | ~Q(id__in=ids)) == {"nowhere"}
    joined = await models.Publication.filter(
        Exists(models.Production, {"id": "production_id"})
    ).select_related("production")
    assert len(joined) == 4


async def test_the_outer_table_may_have_an_alias(scene):
    table = models.Space._meta.basetable.as_("t3")
    ada, bob = scene["ada"].id, scene["bob"].id
    condition = member(bob, Exists(models.SpaceMember, {"space_id": "space_id"}, Q(user_id=ada)))
    assert sql_of(condition, models.Space, table) == (
        'EXISTS(SELECT 1 FROM "space_members" "space_members_1" WHERE "space_members_1"."space_id"="t3"."id"'
        ' AND ("space_members_1"."user_id"=$1 AND EXISTS(SELECT 1 FROM "space_members" "space_members_2"'
        ' WHERE "space_members_2"."space_id"="space_members_1"."space_id"'
        ' AND "space_members_2"."user_id"=$2)))',
        [str(bob), str(ada)],
    )


async def test_a_condition_that_needs_a_join_is_refused(database):
    joining = Exists(models.Publication, {"production_id": "id"}, Q(space__slug="club"))
    with pytest.raises(OperationalError, match="neither joins nor aggregates"):
        await models.Production.filter(joining)
    with pytest.raises(OperationalError, match="neither joins nor aggregates"):
        await models.Production.filter(
            Among("id", Source(models.Publication, "production_id", Q(space__slug="club")))
        )


def test_equal_ones_are_equal():
    live = Exists(models.Publication, {"production_id": "id"}, LIVE)
    assert live == Exists(models.Publication, {"production_id": "id"}, Q(status=PublicationStatus.LIVE))
    assert live != PUBLISHED
    assert PUBLISHED != ~PUBLISHED == ~PUBLISHED
    assert Exists(models.Render, {"production_id": "id"}) != PUBLISHED
    assert Q() != PUBLISHED
    among = Among("id", Source(models.Publication, "production_id", LIVE))
    assert among == Among("id", Source(models.Publication, "production_id", Q(status=PublicationStatus.LIVE)))
    assert among != ~among == ~among
    assert among != Among("upload_id", Source(models.Publication, "production_id", LIVE))
    assert bool(PUBLISHED)
    assert bool(among)


async def test_either_way_is_near_within(scene):
    either = EitherWay(PUBLISHED, Q(title="never asked"), Q(owner_id=scene["bob"].id))
    assert await names(scene, either) == {"elsewhere"}
    assert await names(scene, ~either) == {"live", "withdrawn", "nowhere"}


LEAVES = {
    "published": {"live", "withdrawn", "elsewhere"},
    "live": {"live", "elsewhere"},
    "among": {"live", "elsewhere"},
    "mine": {"live", "withdrawn"},
}
CONDITIONS = st.recursive(
    st.sampled_from(list(LEAVES)),
    lambda inner: st.tuples(st.sampled_from(["and", "or"]), inner, inner) | st.tuples(st.just("not"), inner),
    max_leaves=6,
)


@given(condition=CONDITIONS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_combination_selects_what_it_says(scene, condition):
    leaves = {
        "published": PUBLISHED,
        "live": Exists(models.Publication, {"production_id": "id"}, LIVE),
        "among": Among("id", Source(models.Publication, "production_id", LIVE)),
        "mine": Q(owner_id=scene["ada"].id),
    }

    def build(tree):
        if isinstance(tree, str):
            return leaves[tree], LEAVES[tree]
        if tree[0] == "not":
            query, expected = build(tree[1])
            return ~query, {"live", "withdrawn", "elsewhere", "nowhere"} - expected
        (left, seen_left), (right, seen_right) = map(build, tree[1:])
        if tree[0] == "and":
            return left & right, seen_left & seen_right
        return left | right, seen_left | seen_right

    query, expected = build(condition)
    assert await names(scene, query) == expected
    assert "JOIN" not in models.Production.filter(query).sql()
