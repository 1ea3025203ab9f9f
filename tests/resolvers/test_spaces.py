import models
from models.statuses import SpaceRole, SpaceVisibility
from tests.factories import add_member, id_of, make_space, make_token, make_user

CREATE = """
mutation ($input: CreateSpaceInput!) {
  createSpace(input: $input) {
    space { slug name description visibility viewerRole members { nodes { role user { name } } } }
    userErrors { code message path }
  }
}
"""


async def test_create_space_makes_its_maker_the_owner(graphql):
    token = await make_token(await make_user("Grace"))
    data = await graphql(CREATE, {"input": {"name": "Ärzte & Co"}}, token=token)
    assert data == {
        "createSpace": {
            "space": {
                "slug": "arzte-co",
                "name": "Ärzte & Co",
                "description": "",
                "visibility": "MEMBERS",
                "viewerRole": "OWNER",
                "members": {"nodes": [{"role": "OWNER", "user": {"name": "Grace"}}]},
            },
            "userErrors": [],
        }
    }


async def test_create_space_names_every_wrong_field(graphql):
    token = await make_token(await make_user())
    data = await graphql(
        CREATE, {"input": {"name": " ", "slug": "No Slug", "description": "x" * 2001}}, token=token
    )
    assert data["createSpace"]["space"] is None
    assert [(e["code"], e["path"]) for e in data["createSpace"]["userErrors"]] == [
        ("NAME_INVALID", ["input", "name"]),
        ("DESCRIPTION_INVALID", ["input", "description"]),
        ("SLUG_INVALID", ["input", "slug"]),
    ]
    assert await models.Space.all().count() == 0


async def test_create_space_refuses_a_taken_slug(graphql):
    user = await make_user()
    await make_space(user, slug="news")
    data = await graphql(CREATE, {"input": {"name": "News"}}, token=await make_token(user))
    assert data["createSpace"] == {
        "space": None,
        "userErrors": [
            {"code": "SLUG_TAKEN", "message": "The slug “news” is taken.", "path": ["input", "slug"]}
        ],
    }
    assert await models.Space.all().count() == 1


async def test_create_space_needs_somebody(graphql_raw):
    body = await graphql_raw(CREATE, {"input": {"name": "News"}})
    assert body["data"] is None
    assert [error["extensions"]["code"] for error in body["errors"]] == ["UNAUTHENTICATED"]
    assert await models.Space.all().count() == 0


async def test_the_same_idempotency_key_makes_one_space(graphql):
    token = await make_token(await make_user())
    first = await graphql(CREATE, {"input": {"name": "News", "idempotencyKey": "k1"}}, token=token)
    again = await graphql(CREATE, {"input": {"name": "News", "idempotencyKey": "k1"}}, token=token)
    other = await graphql(CREATE, {"input": {"name": "Other", "idempotencyKey": "k1"}}, token=token)
    assert again == first
    assert [e["code"] for e in other["createSpace"]["userErrors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    assert await models.Space.all().count() == 1


async def test_a_members_space_does_not_exist_for_strangers(graphql):
    owner, stranger = await make_user(), await make_user()
    space = await make_space(owner)
    query = """query ($id: ID!, $slug: String) {
      space(slug: $slug) { name } node(id: $id) { id } spaces { nodes { name } } }"""
    variables = {"id": id_of(space), "slug": space.slug}
    nothing = {"space": None, "node": None, "spaces": {"nodes": []}}
    assert await graphql(query, variables, token=await make_token(stranger)) == nothing
    assert await graphql(query, variables) == nothing
    seen = await graphql(query, variables, token=await make_token(owner))
    assert seen == {
        "space": {"name": space.name},
        "node": {"id": id_of(space)},
        "spaces": {"nodes": [{"name": space.name}]},
    }


async def test_members_of_a_public_space_are_shown_to_members_only(graphql):
    owner = await make_user("Ada")
    space = await make_space(owner, visibility=SpaceVisibility.PUBLIC)
    query = (
        "query ($slug: String) { space(slug: $slug) { viewerRole members { totalCount nodes { role } } } }"
    )
    seen = await graphql(query, {"slug": space.slug})
    assert seen == {"space": {"viewerRole": None, "members": {"totalCount": 0, "nodes": []}}}


ADD = """
mutation ($input: AddSpaceMemberInput!) {
  addSpaceMember(input: $input) { spaceMember { role user { name } } userErrors { code path } }
}
"""
UPDATE_MEMBER = """
mutation ($input: UpdateSpaceMemberInput!) {
  updateSpaceMember(input: $input) { spaceMember { role } userErrors { code path } }
}
"""
REMOVE = """
mutation ($input: RemoveSpaceMemberInput!) {
  removeSpaceMember(input: $input) { space { slug } userErrors { code path } }
}
"""


async def test_an_owner_manages_members(graphql):
    owner, guest = await make_user(), await make_user("Grace")
    space, token = await make_space(owner), await make_token(owner)
    added = await graphql(
        ADD,
        {"input": {"spaceId": id_of(space), "email": guest.email.upper(), "role": "PUBLISHER"}},
        token=token,
    )
    assert added == {
        "addSpaceMember": {"spaceMember": {"role": "PUBLISHER", "user": {"name": "Grace"}}, "userErrors": []}
    }
    member = {"spaceId": id_of(space), "userId": id_of(guest)}
    changed = await graphql(UPDATE_MEMBER, {"input": member | {"role": "VIEWER"}}, token=token)
    assert changed == {"updateSpaceMember": {"spaceMember": {"role": "VIEWER"}, "userErrors": []}}
    removed = await graphql(REMOVE, {"input": member}, token=token)
    assert removed == {"removeSpaceMember": {"space": {"slug": space.slug}, "userErrors": []}}
    assert await models.SpaceMember.filter(space_id=space.id).count() == 1


async def test_a_space_keeps_an_owner(graphql):
    owner = await make_user()
    space, token = await make_space(owner), await make_token(owner)
    member = {"spaceId": id_of(space), "userId": id_of(owner)}
    for document, more in ((UPDATE_MEMBER, {"role": "VIEWER"}), (REMOVE, {})):
        data = await graphql(document, {"input": member | more}, token=token)
        (payload,) = data.values()
        assert payload["userErrors"] == [{"code": "LAST_OWNER", "path": ["input", "userId"]}]
    assert (await models.SpaceMember.get(space_id=space.id)).role is SpaceRole.OWNER


async def test_only_owners_manage_members(graphql):
    owner, publisher, guest = await make_user(), await make_user(), await make_user()
    space = await make_space(owner)
    await add_member(space, publisher, SpaceRole.PUBLISHER)
    data = await graphql(
        ADD,
        {"input": {"spaceId": id_of(space), "email": guest.email}},
        token=await make_token(publisher),
    )
    assert data["addSpaceMember"] == {
        "spaceMember": None,
        "userErrors": [{"code": "PERMISSION_DENIED", "path": ["input", "spaceId"]}],
    }
    assert await models.SpaceMember.filter(space_id=space.id).count() == 2


async def test_a_member_may_leave(graphql):
    owner, guest = await make_user(), await make_user()
    space = await make_space(owner)
    await add_member(space, guest, SpaceRole.VIEWER)
    leaving = {"spaceId": id_of(space), "userId": id_of(guest)}
    data = await graphql(REMOVE, {"input": leaving}, token=await make_token(guest))
    assert data["removeSpaceMember"]["userErrors"] == []
    assert await models.SpaceMember.filter(space_id=space.id).count() == 1


async def test_update_and_delete_space(graphql):
    owner, viewer = await make_user(), await make_user()
    space = await make_space(owner)
    await add_member(space, viewer, SpaceRole.VIEWER)
    update = """mutation ($input: UpdateSpaceInput!) {
      updateSpace(input: $input) { space { name visibility } userErrors { code } } }"""
    delete = """mutation ($input: DeleteSpaceInput!) {
      deleteSpace(input: $input) { deletedSpaceId userErrors { code } } }"""
    ids = {"spaceId": id_of(space)}
    refused = await graphql(update, {"input": ids | {"name": "Mine"}}, token=await make_token(viewer))
    assert refused["updateSpace"] == {"space": None, "userErrors": [{"code": "PERMISSION_DENIED"}]}
    token = await make_token(owner)
    changed = await graphql(update, {"input": ids | {"name": "New", "visibility": "PUBLIC"}}, token=token)
    assert changed["updateSpace"] == {"space": {"name": "New", "visibility": "PUBLIC"}, "userErrors": []}
    deleted = await graphql(delete, {"input": ids}, token=token)
    assert deleted == {"deleteSpace": {"deletedSpaceId": id_of(space), "userErrors": []}}
    assert await models.Space.all().count() == 0
    assert await models.SpaceMember.all().count() == 0
