from datetime import UTC, datetime, timedelta

import pytest

import models
from models.statuses import (
    ProductionStatus,
    PublicationStatus,
    SpaceRole,
    SpaceVisibility,
    UploadStatus,
)
from services.gateways.clock import SystemClock
from services.publish_scheduled import publish_scheduled
from tests.factories import (
    add_member,
    id_of,
    make_production,
    make_publication,
    make_space,
    make_token,
    make_upload,
    make_user,
)

PUBLISH = """
mutation ($input: PublishInput!) {
  publish(input: $input) {
    production { id title status }
    publications { status publishAt space { slug } }
    userErrors { code path }
  }
}
"""
UNPUBLISH = """
mutation ($input: UnpublishInput!) {
  unpublish(input: $input) { publications { status space { slug } } userErrors { code path } }
}
"""


async def refused(graphql, token, input, *errors):
    """The payload holds exactly these errors, and no publication was made."""
    data = await graphql(PUBLISH, {"input": input}, token=token)
    assert data["publish"] == {
        "production": None,
        "publications": [],
        "userErrors": [{"code": code, "path": list(path)} for code, *path in errors],
    }


async def test_a_completed_production_goes_live_in_all_spaces(graphql):
    owner = await make_user()
    one, two = await make_space(owner), await make_space(owner)
    production = await make_production(owner)
    data = await graphql(
        PUBLISH,
        {"input": {"productionId": id_of(production), "spaceIds": [id_of(one), id_of(two)]}},
        token=await make_token(owner),
    )
    assert data["publish"] == {
        "production": {"id": id_of(production), "title": "A production", "status": "COMPLETED"},
        "publications": [
            {"status": "LIVE", "publishAt": None, "space": {"slug": one.slug}},
            {"status": "LIVE", "publishAt": None, "space": {"slug": two.slug}},
        ],
        "userErrors": [],
    }
    assert await models.Publication.filter(published_at__isnull=False).count() == 2


@pytest.mark.parametrize("status", [ProductionStatus.QUEUED, ProductionStatus.PROCESSING])
async def test_an_unfinished_production_is_refused_or_waits(graphql, status):
    owner = await make_user()
    space, production = await make_space(owner), await make_production(owner, status=status)
    token = await make_token(owner)
    input = {"productionId": id_of(production), "spaceIds": [id_of(space)]}
    await refused(graphql, token, input, ("PRODUCTION_NOT_COMPLETED", "input", "productionId"))
    assert await models.Publication.all().count() == 0
    data = await graphql(PUBLISH, {"input": input | {"whenReady": True}}, token=token)
    assert [p["status"] for p in data["publish"]["publications"]] == ["WAITING"]


@pytest.mark.parametrize("status", [ProductionStatus.FAILED, ProductionStatus.CANCELED])
async def test_a_failed_production_cannot_even_wait(graphql, status):
    owner = await make_user()
    space, production = await make_space(owner), await make_production(owner, status=status)
    input = {"productionId": id_of(production), "spaceIds": [id_of(space)], "whenReady": True}
    await refused(
        graphql, await make_token(owner), input, ("PRODUCTION_NOT_COMPLETED", "input", "productionId")
    )
    assert await models.Publication.all().count() == 0


async def test_one_wrong_space_publishes_nowhere(graphql):
    owner, other = await make_user(), await make_user()
    mine, hidden = await make_space(owner), await make_space(other)
    public = await make_space(other, visibility=SpaceVisibility.PUBLIC)
    production = await make_production(owner)
    input = {
        "productionId": id_of(production),
        "spaceIds": [id_of(mine), id_of(hidden), id_of(public)],
    }
    await refused(
        graphql,
        await make_token(owner),
        input,
        ("SPACE_NOT_FOUND", "input", "spaceIds", "1"),
        ("NOT_A_PUBLISHER", "input", "spaceIds", "2"),
    )
    assert await models.Publication.all().count() == 0


async def test_anothers_production_is_not_found_even_where_it_can_be_watched(graphql):
    owner, other = await make_user(), await make_user()
    space = await make_space(owner)
    await add_member(space, other, SpaceRole.PUBLISHER)
    production = await make_production(owner)
    await make_publication(production, space)
    await refused(
        graphql,
        await make_token(other),
        {"productionId": id_of(production), "spaceIds": [id_of(space)]},
        ("PRODUCTION_NOT_FOUND", "input", "productionId"),
    )


async def test_publishing_twice_is_publishing_once(graphql):
    owner = await make_user()
    space, production = await make_space(owner), await make_production(owner)
    input = {"productionId": id_of(production), "spaceIds": [id_of(space)]}
    token = await make_token(owner)
    await graphql(PUBLISH, {"input": input}, token=token)
    first = await models.Publication.get()
    await graphql(PUBLISH, {"input": input}, token=token)
    again = await models.Publication.get()
    assert (again.id, again.published_at, again.status) == (first.id, first.published_at, first.status)


async def test_an_upload_is_published_by_a_production_of_its_own(graphql):
    owner = await make_user()
    space, upload = await make_space(owner), await make_upload(owner, title="Raw")
    input = {"uploadId": id_of(upload), "spaceIds": [id_of(space)], "idempotencyKey": "once"}
    token = await make_token(owner)
    data = await graphql(PUBLISH, {"input": input}, token=token)
    assert await graphql(PUBLISH, {"input": input}, token=token) == data
    production = await models.Production.get()
    assert data["publish"] == {
        "production": {"id": id_of(production), "title": "Raw", "status": "QUEUED"},
        "publications": [{"status": "WAITING", "publishAt": None, "space": {"slug": space.slug}}],
        "userErrors": [],
    }
    assert await models.Render.filter(production_id=production.id).count() == 1


async def test_what_is_named_must_be_one_thing_and_ready(graphql):
    owner = await make_user()
    space, token = await make_space(owner), await make_token(owner)
    unready = await make_upload(owner, status=UploadStatus.VERIFYING)
    production = await make_production(owner)
    spaces = {"spaceIds": [id_of(space)]}
    await refused(graphql, token, spaces, ("SOURCE_INVALID", "input"))
    both = {"uploadId": id_of(unready), "productionId": id_of(production)}
    await refused(graphql, token, spaces | both, ("SOURCE_INVALID", "input"))
    not_ready = spaces | {"uploadId": id_of(unready)}
    await refused(graphql, token, not_ready, ("UPLOAD_NOT_READY", "input", "uploadId"))
    twice = {"productionId": id_of(production), "spaceIds": [id_of(space)] * 2}
    await refused(graphql, token, twice, ("SPACES_INVALID", "input", "spaceIds"))
    past = spaces | {"productionId": id_of(production), "publishAt": "2020-01-01T00:00:00Z"}
    await refused(graphql, token, past, ("PUBLISH_AT_INVALID", "input", "publishAt"))
    assert await models.Publication.all().count() == 0
    assert await models.Production.all().count() == 1


async def test_a_scheduled_publication_goes_live_when_due(graphql, gateways):
    owner = await make_user()
    space, production = await make_space(owner), await make_production(owner)
    at = datetime.now(UTC) + timedelta(hours=1)
    input = {"productionId": id_of(production), "spaceIds": [id_of(space)], "publishAt": at.isoformat()}
    data = await graphql(PUBLISH, {"input": input}, token=await make_token(owner))
    assert [p["status"] for p in data["publish"]["publications"]] == ["SCHEDULED"]
    assert await publish_scheduled(bus=gateways.bus, clock=SystemClock()) == 0
    await models.Publication.all().update(publish_at=datetime.now(UTC) - timedelta(seconds=1))
    assert await publish_scheduled(bus=gateways.bus, clock=SystemClock()) == 1
    publication = await models.Publication.get()
    assert publication.status is PublicationStatus.LIVE
    assert publication.published_at is not None


async def test_unpublish_withdraws_everywhere_or_where_named(graphql):
    owner = await make_user()
    one, two = await make_space(owner), await make_space(owner)
    production, token = await make_production(owner), await make_token(owner)
    await make_publication(production, one)
    await make_publication(production, two)
    from_one = {"productionId": id_of(production), "spaceIds": [id_of(one)]}
    data = await graphql(UNPUBLISH, {"input": from_one}, token=token)
    assert data["unpublish"] == {
        "publications": [{"status": "WITHDRAWN", "space": {"slug": one.slug}}],
        "userErrors": [],
    }
    again = await graphql(UNPUBLISH, {"input": from_one}, token=token)
    assert again["unpublish"]["userErrors"] == [{"code": "NOT_PUBLISHED", "path": ["input", "spaceIds"]}]
    rest = await graphql(UNPUBLISH, {"input": {"productionId": id_of(production)}}, token=token)
    assert rest["unpublish"]["publications"] == [{"status": "WITHDRAWN", "space": {"slug": two.slug}}]


async def test_only_the_owner_or_the_spaces_owner_withdraws(graphql):
    owner, host, publisher = await make_user(), await make_user(), await make_user()
    space, production = await make_space(host), await make_production(owner)
    await add_member(space, publisher, SpaceRole.PUBLISHER)
    await make_publication(production, space)
    input = {"input": {"productionId": id_of(production), "spaceIds": [id_of(space)]}}
    data = await graphql(UNPUBLISH, input, token=await make_token(publisher))
    assert data["unpublish"]["userErrors"] == [{"code": "PERMISSION_DENIED", "path": ["input", "spaceIds"]}]
    assert (await models.Publication.get()).status is PublicationStatus.LIVE
    data = await graphql(UNPUBLISH, input, token=await make_token(host))
    assert data["unpublish"]["userErrors"] == []
    assert (await models.Publication.get()).status is PublicationStatus.WITHDRAWN


async def test_publish_options_say_where_and_why_not(graphql):
    owner, host = await make_user(), await make_user()
    upload = await make_upload(owner)
    await make_space(owner, slug="a-mine")
    watched = await make_space(host, slug="b-watched")
    used = await make_space(owner, slug="c-used")
    await add_member(watched, owner, SpaceRole.VIEWER)
    await make_publication(await make_production(owner, upload=upload), used)
    query = """query ($id: ID!) { upload(id: $id) { publishOptions {
      space { slug } canPublish reason publication { status } } } }"""
    data = await graphql(query, {"id": id_of(upload)}, token=await make_token(owner))
    assert data["upload"]["publishOptions"] == [
        {"space": {"slug": "a-mine"}, "canPublish": True, "reason": None, "publication": None},
        {
            "space": {"slug": "b-watched"},
            "canPublish": False,
            "reason": "NOT_A_PUBLISHER",
            "publication": None,
        },
        {
            "space": {"slug": "c-used"},
            "canPublish": False,
            "reason": "ALREADY_PUBLISHED",
            "publication": {"status": "LIVE"},
        },
    ]
