"""An edit, a cancellation and going back over the public API, on the real renderer, under one link."""

import re

import httpx

from tests.factories import make_token, make_user
from tests.journey import followed_to_the_end, ready_upload, rendered
from tests.media import clip

PRODUCTION = """
query ($id: ID!) { production(id: $id) {
  status config { outputs { maxHeight } } playback { hlsUrl }
  render { number error { code stage message retryable remedy } retriesAt }
  renders { number status }
  history { kind sequence previousStatus status renderNumber cause } } }
"""
UPDATE = """
mutation ($id: ID!, $height: Int) { updateProduction(input: {productionId: $id,
  config: {outputs: {maxHeight: $height}}}) {
  production { status render { number } } userErrors { code path } } }
"""
CANCEL = """
mutation ($id: ID!) { cancelProduction(input: {productionId: $id}) {
  production { status } userErrors { code path } } }
"""
RESTORE = """
mutation ($id: ID!, $number: Int!) { restoreRender(input: {productionId: $id, number: $number}) {
  production { status config { outputs { maxHeight } } render { number } } userErrors { code path } } }
"""


async def heights(hls_url):
    """Of the rungs that a viewer with this link gets."""
    async with httpx.AsyncClient(timeout=30) as client:
        master = (await client.get(hls_url)).text
    return sorted(int(height) for height in re.findall(r"RESOLUTION=\d+x(\d+)", master))


async def test_edit_cancel_and_go_back_under_one_link(graphql, server, worker, clips):
    token = await make_token(await make_user())
    upload = await ready_upload(graphql, token, clip(clips / "fix.mp4", size="320x180", seconds=1))
    id = {"id": await rendered(graphql, server, token, upload["id"])}
    link = (await graphql(PRODUCTION, id, token=token))["production"]["playback"]["hlsUrl"]
    first = await heights(link)

    changed = await graphql(UPDATE, id | {"height": 144}, token=token)
    assert changed["updateProduction"] == {
        "production": {"status": "QUEUED", "render": {"number": 2}},
        "userErrors": [],
    }
    assert await heights(link) == first
    events = await followed_to_the_end(server, token, id["id"])
    assert events[-1]["status"] == "COMPLETED"
    second = await heights(link)
    assert max(second) < max(first)

    # Superseded at once, the new one cancelled: what plays is what played.
    await graphql(UPDATE, id | {"height": 180}, token=token)
    await graphql(UPDATE, id | {"height": 160}, token=token)
    cancelled = await graphql(CANCEL, id, token=token)
    assert cancelled["cancelProduction"]["userErrors"] == []
    events = await followed_to_the_end(server, token, id["id"])
    if events[-1]["status"] == "CANCELED":
        assert await heights(link) == second

    back = await graphql(RESTORE, id | {"number": 1}, token=token)
    assert back["restoreRender"] == {
        "production": {
            "status": "COMPLETED",
            "config": {"outputs": {"maxHeight": None}},
            "render": {"number": 1},
        },
        "userErrors": [],
    }
    assert await heights(link) == first
    told = (await graphql(PRODUCTION, id, token=token))["production"]
    assert told["playback"]["hlsUrl"] == link
    changes = [entry for entry in told["history"] if entry["kind"] == "STATUS_CHANGED"]
    assert [entry["sequence"] for entry in changes] == list(range(1, len(changes) + 1))
    assert changes[-1] == {
        "kind": "STATUS_CHANGED",
        "sequence": len(changes),
        "previousStatus": events[-1]["status"],
        "status": "COMPLETED",
        "renderNumber": 1,
        "cause": "render 1 restored",
    }
    kinds = {(entry["kind"], entry["renderNumber"]) for entry in told["history"]}
    assert {("SUBMITTED", 1), ("SUBMITTED", 2), ("SUPERSEDED", 3), ("CANCEL_REQUESTED", 4)} <= kinds
    refused = await graphql(RESTORE, id | {"number": 9}, token=token)
    assert refused["restoreRender"] == {
        "production": None,
        "userErrors": [{"code": "RENDER_NOT_FOUND", "path": ["input", "number"]}],
    }
