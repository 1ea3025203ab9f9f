import pytest

import models
from tests.factories import id_of, make_token, make_upload, make_user

CREATE = """
mutation ($input: CreateProductionInput!) {
  createProduction(input: $input) { production { title } userErrors { code message path } }
}
"""


@pytest.mark.parametrize("title", ["", " \t\n", "x" * 201])
async def test_a_title_that_is_given_is_a_title(graphql, title):
    """It is not taken for one that was left out."""
    owner = await make_user()
    upload = await make_upload(owner)
    before = await models.StatusEvent.all().count()
    input = {"uploadId": id_of(upload), "title": title}
    data = await graphql(CREATE, {"input": input}, token=await make_token(owner))
    error = {
        "code": "TITLE_INVALID",
        "message": "A title has 1 to 200 characters.",
        "path": ["input", "title"],
    }
    assert data["createProduction"] == {"production": None, "userErrors": [error]}
    assert await models.Production.all().count() == 0
    assert await models.StatusEvent.all().count() == before


@pytest.mark.parametrize(
    ("title", "kept"), [({}, "Raw"), ({"title": None}, "Raw"), ({"title": " Mine "}, "Mine")]
)
async def test_the_uploads_title_where_none_is_given(graphql, title, kept):
    owner = await make_user()
    input = {"uploadId": id_of(await make_upload(owner, title="Raw"))} | title
    data = await graphql(CREATE, {"input": input}, token=await make_token(owner))
    assert data["createProduction"] == {"production": {"title": kept}, "userErrors": []}
