import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tortoise.expressions import Q

import models
from models.statuses import SpaceVisibility
from schema.orders import ListOrder
from services.errors import BadInput
from services.list_productions import list_productions
from services.rows.pages import Order, PageRequest, page_of
from tests.factories import (
    make_production,
    make_publication,
    make_space,
    make_token,
    make_upload,
    make_user,
    viewer_of,
)

LIST = """
query ($first: Int, $after: String, $orderBy: ListOrder! = CREATED_AT_DESC) {
  uploads(first: $first, after: $after, orderBy: $orderBy) {
    nodes { title } edges { cursor node { title } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount
  }
}
"""


@pytest.mark.parametrize("order", ["CREATED_AT_DESC", "CREATED_AT_ASC", "TITLE_ASC", "TITLE_DESC"])
async def test_pages_show_everything_once_in_order(graphql, order):
    owner = await make_user()
    titles = ["b", "a", "c", "a", "b", "d", "a"]
    for title in titles:
        await make_upload(owner, title=title)
    token, shown, after = await make_token(owner), [], None
    for _ in range(4):
        data = await graphql(LIST, {"first": 2, "after": after, "orderBy": order}, token=token)
        page = data["uploads"]
        assert page["totalCount"] == 7
        assert page["pageInfo"]["hasPreviousPage"] == (after is not None)
        shown += [node["title"] for node in page["nodes"]]
        assert page["nodes"] == [edge["node"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        assert page["pageInfo"]["hasNextPage"] == (len(shown) < 7)
    expected = {
        "CREATED_AT_DESC": titles[::-1],
        "CREATED_AT_ASC": titles,
        "TITLE_ASC": sorted(titles),
        "TITLE_DESC": sorted(titles, reverse=True),
    }
    assert shown == expected[order]


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"first": 0}, "`first` must be between 1 and 100, not 0."),
        ({"first": -1}, "`first` must be between 1 and 100, not -1."),
        ({"first": 101}, "`first` must be between 1 and 100, not 101."),
        ({"after": "garbage"}, "This cursor does not belong to this list."),
        ({"after": "WzFd"}, "This cursor does not belong to this list."),
        ({"after": "Ä"}, "This cursor does not belong to this list."),
    ],
)
async def test_a_wrong_page_is_refused_in_words(graphql_raw, variables, message):
    body = await graphql_raw(LIST, variables, token=await make_token(await make_user()))
    assert body["data"] is None
    assert [(e["message"], e["extensions"]["code"]) for e in body["errors"]] == [(message, "BAD_USER_INPUT")]


async def test_a_cursor_of_another_order_is_refused(graphql, graphql_raw):
    owner = await make_user()
    await make_upload(owner)
    token = await make_token(owner)
    cursor = (await graphql(LIST, {}, token=token))["uploads"]["pageInfo"]["endCursor"]
    body = await graphql_raw(LIST, {"after": cursor, "orderBy": "TITLE_ASC"}, token=token)
    assert body["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@given(cursor=st.text(max_size=80))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_text_is_a_cursor_by_chance(database, cursor):
    with pytest.raises(BadInput):
        await page_of(models.Upload, Q(), Order("created_at"), PageRequest(after=cursor))


RARE = """
query Near%d($after: String, $orderBy: ListOrder!) {
  productions(first: 2, after: $after, orderBy: $orderBy) {
    nodes { title owner { name } } pageInfo { hasNextPage hasPreviousPage endCursor } totalCount
  }
}
"""


@pytest.mark.parametrize("near", [1, 2, 3, 5, 100])
@pytest.mark.parametrize("order", ListOrder)
async def test_what_is_rare_is_found_behind_what_is_not_seen(graphql, monkeypatch, near, order):
    """However few rows are asked one by one before all that is seen is gathered; by a plan and without."""
    monkeypatch.setattr("services.rows.conditions.EitherWay.most_near", near)
    owner, other = await make_user("Ada"), await make_user("Bob")
    space = await make_space(other, visibility=SpaceVisibility.PUBLIC)
    for title in "badcaxbxaxxxdx":
        production = await make_production(other if title in "xd" else owner, title=title)
        if title == "d":
            await make_publication(production, space)
    titles = list("badcabad")
    expected = {
        ListOrder.CREATED_AT_DESC: titles[::-1],
        ListOrder.CREATED_AT_ASC: titles,
        ListOrder.TITLE_ASC: sorted(titles),
        ListOrder.TITLE_DESC: sorted(titles, reverse=True),
    }[order]
    token, after = await make_token(owner), None
    for start in range(0, 8, 2):
        variables = {"after": after, "orderBy": order.name}
        page = (await graphql(RARE % near, variables, token=token))["productions"]
        request = PageRequest(2, after)
        listed = await list_productions(viewer=viewer_of(owner), page=request, order=order.value)
        assert [row.title for row in listed.rows] == expected[start : start + 2]
        after = listed.cursors[-1]
        shown = [
            {"title": title, "owner": {"name": "Bob" if title == "d" else "Ada"}}
            for title in expected[start : start + 2]
        ]
        info = {"hasNextPage": start < 6, "hasPreviousPage": start > 0, "endCursor": after}
        assert page == {"nodes": shown, "pageInfo": info, "totalCount": 8}
        assert (listed.has_next_page, await listed.total()) == (start < 6, 8)
