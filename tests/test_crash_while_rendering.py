"""The whole of `airdate dev` killed in the middle of a render, and started again."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from embedded.ports import free_ports
from tests.journey import (
    COMPLETE_UPLOAD,
    CREATE_PRODUCTION,
    CREATE_UPLOAD,
    followed_to_the_end,
    settled_upload,
)
from tests.media import clip

AIRDATE = Path(sys.executable).parent / "airdate"
UNFINISHED = """
query ($id: ID!) { production(id: $id) {
  status renders { number status jobId } history { kind status } } }
"""


@contextmanager
def running(folder: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`airdate dev` until it is ready; the process and the demo user's token."""
    environment = os.environ | {"AIRDATE_PORT": str(port), "AIRDATE_DATA_DIR": str(folder)}
    dev = subprocess.Popen([AIRDATE, "dev"], env=environment, stdout=subprocess.PIPE, text=True)
    assert dev.stdout is not None
    try:
        for line in dev.stdout:
            if "Ctrl-C" in line:
                break
        yield dev, (folder / "token").read_text().strip()
    finally:
        dev.send_signal(signal.SIGINT)
        dev.wait(20)
        dev.stdout.close()


def asker(http, server):
    async def ask(document, variables, token):
        body = {"query": document, "variables": variables}
        answer = await http.post(f"{server}/graphql", json=body, headers={"authorization": f"Bearer {token}"})
        return answer.json()["data"]

    return ask


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["worker", "supervisor"])
async def test_a_render_survives(tmp_path, victim):
    port = free_ports(1)[0]
    server = f"http://127.0.0.1:{port}"
    body = clip(tmp_path / "long.mp4", size="640x360", seconds=10).read_bytes()
    async with httpx.AsyncClient(timeout=30) as http:
        ask = asker(http, server)
        with running(tmp_path / "data", port) as (dev, token):
            input = {"filename": "a.mp4", "contentType": "video/mp4", "byteSize": len(body)}
            upload = (await ask(CREATE_UPLOAD, {"input": input}, token))["createUpload"]["upload"]
            fields = {field["name"]: field["value"] for field in upload["transfer"]["fields"]}
            await http.post(upload["transfer"]["url"], data=fields, files={"file": body})
            await ask(COMPLETE_UPLOAD, {"input": {"uploadId": upload["id"]}}, token)
            settled = await settled_upload(ask, token, upload["id"])
            assert settled["status"] == "READY", settled
            made = await ask(CREATE_PRODUCTION, {"input": {"uploadId": upload["id"]}}, token)
            production_id = made["createProduction"]["production"]["id"]
            await under_way(ask, production_id, token)
            os.kill(dev.pid if victim == "supervisor" else pid_of(tmp_path / "data", victim), signal.SIGKILL)
            dev.wait(20)
        with running(tmp_path / "data", port) as (_, token):
            await followed_to_the_end(server, token, production_id)
            told = (await ask(UNFINISHED, {"id": production_id}, token))["production"]
    assert told["status"] == "COMPLETED"
    assert [(r["number"], r["status"]) for r in told["renders"]] == [(1, "COMPLETED")]
    steps = [(entry["kind"], entry["status"]) for entry in told["history"]]
    assert [status for kind, status in steps if kind == "STATUS_CHANGED"] == [
        "QUEUED",
        "PROCESSING",
        "COMPLETED",
    ]
    assert [kind for kind, _ in steps if kind != "STATUS_CHANGED"] == ["SUBMITTED"]


async def under_way(ask, production_id, token):
    for _ in range(600):
        told = (await ask(UNFINISHED, {"id": production_id}, token))["production"]
        if told["status"] == "PROCESSING":
            return
    raise AssertionError(told)


def pid_of(folder, name):
    (path,) = (folder / "run").glob(f"{name}.pid")
    return int(re.search(r'"pid": ?(\d+)', path.read_text())[1])
