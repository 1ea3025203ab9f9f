"""A render that fails, and how its production goes on air all the same."""

from datetime import timedelta

import pytest

import models
from schema.node import row_id_of
from tests.factories import id_of, make_token, make_user
from tests.journey import CREATE_PRODUCTION, followed_to_the_end, ready_upload
from tests.media import (
    silent_clip,
)
from tests.waiting import until

RENDERS = """
query ($id: ID!) { production(id: $id) { status history { status cause }
  renders { number status error { code remedy } } } }
"""


MISSING_SOURCE = {
    "code": "1404",
    "remedy": "Retry the production; if it fails again, upload the source again.",
}


@pytest.fixture
async def vanished(graphql, storage, clips):
    """The token of an owner, an upload whose file is gone, and what puts it back."""
    token = await make_token(await make_user())
    upload = await ready_upload(graphql, token, silent_clip(clips / "vanishing.mp4"))
    row = await models.Upload.get(id=row_id_of(upload["id"], "Upload"))
    source = await storage.get(row.source_key)
    await storage.delete_prefix(row.source_key)

    async def put_back():
        await storage.put(row.source_key, source, content_type="video/mp4")

    return token, row, put_back


async def test_a_render_that_fails_says_why_and_can_be_retried(graphql, server, worker, clock, vanished):
    token, upload, put_back = vanished
    # Only what has just arrived is tried again without asking.
    await models.Upload.filter(id=upload.id).update(updated_at=clock.now() - timedelta(hours=1))
    made = await graphql(CREATE_PRODUCTION, {"input": {"uploadId": id_of(upload)}}, token=token)
    production_id = made["createProduction"]["production"]["id"]
    events = await followed_to_the_end(server, token, production_id)
    assert events[-1]["status"] == "FAILED"
    shown = (await graphql(RENDERS, {"id": production_id}, token=token))["production"]
    assert shown["renders"] == [{"number": 1, "status": "FAILED", "error": MISSING_SOURCE}]
    await put_back()
    retry = "mutation ($i: RetryProductionInput!) { retryProduction(input: $i) { userErrors { code } } }"
    assert (await graphql(retry, {"i": {"productionId": production_id}}, token=token))["retryProduction"] == {
        "userErrors": []
    }
    events = await followed_to_the_end(server, token, production_id)
    assert events[-1]["status"] == "COMPLETED"
    shown = (await graphql(RENDERS, {"id": production_id}, token=token))["production"]
    assert shown["renders"] == [
        {"number": 2, "status": "COMPLETED", "error": None},
        {"number": 1, "status": "FAILED", "error": MISSING_SOURCE},
    ]


@pytest.mark.slow
async def test_a_source_that_is_late_is_rendered_without_asking(graphql, server, worker, gateways, vanished):
    token, upload, put_back = vanished
    made = await graphql(CREATE_PRODUCTION, {"input": {"uploadId": id_of(upload)}}, token=token)
    production_id = made["createProduction"]["production"]["id"]
    retries = models.Render.filter(production_id=row_id_of(production_id, "Production"), number=2)
    await until(retries.exists)
    shown = (await graphql(RENDERS, {"id": production_id}, token=token))["production"]
    assert shown["status"] == "QUEUED", "it has not failed: it waits a little"
    assert shown["renders"] == [
        {"number": 2, "status": "QUEUED", "error": None},
        {"number": 1, "status": "FAILED", "error": MISSING_SOURCE},
    ]
    await put_back()
    assert await retries.update(due_at=gateways.clock.now()) == 1
    await gateways.bus.announce_work()
    events = await followed_to_the_end(server, token, production_id)
    assert events[-1]["status"] == "COMPLETED"
    shown = (await graphql(RENDERS, {"id": production_id}, token=token))["production"]
    assert "retried automatically after 1404" in [step["cause"] for step in shown["history"]]
    assert [render["status"] for render in shown["renders"]] == ["COMPLETED", "FAILED"]
