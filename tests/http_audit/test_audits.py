"""GraphQL over HTTP as the people who write its specification audit it: what MUST, SHOULD and MAY be."""

import asyncio
import json
from pathlib import Path

from tests.npm_packages import install_packages

FOLDER = Path(__file__).parent
PATIENCE_SECONDS = 60


async def test_every_audit_of_graphql_http_passes(server, database):
    await asyncio.to_thread(install_packages, FOLDER)
    process = await asyncio.create_subprocess_exec(
        "node", "audit.mjs", f"{server}/graphql", cwd=FOLDER, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    results = json.loads(told)
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == 61
