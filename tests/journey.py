"""The steps of the main job as a client takes them, over the public API."""

import asyncio
import time
from pathlib import Path
from typing import Any

import httpx

from tests.live_client import live_client

CREATE_UPLOAD = """
mutation ($input: CreateUploadInput!) { createUpload(input: $input) {
  upload { id status transfer { __typename
    ... on PresignedPost { url fields { name value } }
    ... on MultipartTransfer { partSize partCount uploadedParts { number }
      parts(numbers: [1, 2]) { number url } } } }
  userErrors { code message path } } }
"""
COMPLETE_UPLOAD = """
mutation ($input: CompleteUploadInput!) { completeUpload(input: $input) {
  upload { id status } userErrors { code message path } } }
"""
UPLOAD = """
query ($id: ID!) { upload(id: $id) { id status posterUrl sourceUrl rejection { code message }
  media { durationMs width height frameRate rotation videoCodec audioCodec hasAudio hdr } } }
"""
CREATE_PRODUCTION = """
mutation ($input: CreateProductionInput!) { createProduction(input: $input) {
  production { id status title } userErrors { code message path } } }
"""
FOLLOW = """
subscription ($id: ID!) { productionStatusChanged(id: $id) {
  sequence status progressPercent phase
  production { render { jobId error { code message remedy } } } } }
"""
PATIENCE_SECONDS = 90
FINISHED = ("COMPLETED", "FAILED", "CANCELED")


async def send_form(transfer: dict[str, Any], body: bytes) -> httpx.Response:
    fields = {field["name"]: field["value"] for field in transfer["fields"]}
    async with httpx.AsyncClient(timeout=30) as client:
        return await client.post(transfer["url"], data=fields, files={"file": ("clip", body)})


async def start_upload(graphql: Any, token: str, body: bytes, **input: Any) -> dict[str, Any]:
    values = {"filename": "clip.mp4", "contentType": "video/mp4", "byteSize": len(body)} | input
    data = await graphql(CREATE_UPLOAD, {"input": values}, token=token)
    assert data["createUpload"]["userErrors"] == []
    upload: dict[str, Any] = data["createUpload"]["upload"]
    return upload


async def verified_upload(graphql: Any, token: str, body: bytes, **input: Any) -> dict[str, Any]:
    """Send a file and wait until it is READY or REJECTED."""
    upload = await start_upload(graphql, token, body, **input)
    response = await send_form(upload["transfer"], body)
    assert response.status_code == 201, response.text
    done = await graphql(COMPLETE_UPLOAD, {"input": {"uploadId": upload["id"]}}, token=token)
    assert done["completeUpload"]["userErrors"] == []
    return await settled_upload(graphql, token, upload["id"])


async def settled_upload(graphql: Any, token: str, upload_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        upload: dict[str, Any] = (await graphql(UPLOAD, {"id": upload_id}, token=token))["upload"]
        if upload["status"] in ("READY", "REJECTED"):
            return upload
        await asyncio.sleep(0.05)
    raise AssertionError(f"still {upload['status']}")


async def ready_upload(graphql: Any, token: str, path: Path) -> dict[str, Any]:
    upload = await verified_upload(graphql, token, path.read_bytes())
    assert upload["status"] == "READY", upload["rejection"]
    return upload


async def followed_to_the_end(server: str, token: str, production_id: str) -> list[dict[str, Any]]:
    """Every event of a production from now to its last."""
    events: list[dict[str, Any]] = []
    async with asyncio.timeout(PATIENCE_SECONDS), live_client(server) as client:
        await client.sign_in(token)
        await client.subscribe("1", FOLLOW, {"id": production_id})
        while not events or events[-1]["status"] not in FINISHED:
            events.append((await client.next("1"))["productionStatusChanged"])
    return events


async def rendered(
    graphql: Any, server: str, token: str, upload_id: str, config: dict[str, Any] | None = None
) -> str:
    """Make a production of an upload and wait for its completion; its id."""
    input = {"uploadId": upload_id, "config": config}
    data = await graphql(CREATE_PRODUCTION, {"input": input}, token=token)
    assert data["createProduction"]["userErrors"] == []
    production_id: str = data["createProduction"]["production"]["id"]
    events = await followed_to_the_end(server, token, production_id)
    assert events[-1]["status"] == "COMPLETED", events[-1]
    return production_id
