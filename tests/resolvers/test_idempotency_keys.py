"""A key that cannot be one is refused as such, by every mutation that takes one."""

from uuid import uuid4

import pytest

import models
from schema.node import global_id
from tests.factories import make_token, make_user

SOMETHING = uuid4()
CASES = {
    "createUpload": {"filename": "a.mp4", "contentType": "video/mp4", "byteSize": 1},
    "createProduction": {"uploadId": ("Upload", SOMETHING)},
    "createSpace": {"name": "News"},
    "publish": {"productionId": ("Production", SOMETHING), "spaceIds": []},
}


@pytest.mark.parametrize("key", ["", "k" * 201], ids=["empty", "too long"])
@pytest.mark.parametrize("mutation", CASES)
async def test_a_key_has_1_to_200_characters(graphql, mutation, key):
    name = mutation[0].upper() + mutation[1:]
    document = f"mutation ($i: {name}Input!) {{ {mutation}(input: $i) {{ userErrors {{ code path }} }} }}"
    given = {
        n: global_id(*value) if isinstance(value, tuple) else value for n, value in CASES[mutation].items()
    }
    token = await make_token(await make_user())
    data = await graphql(document, {"i": given | {"idempotencyKey": key}}, token=token)
    error = {"code": "IDEMPOTENCY_KEY_INVALID", "path": ["input", "idempotencyKey"]}
    assert data[mutation]["userErrors"] == [error]
    assert await models.Upload.all().count() + await models.Space.all().count() == 0
