"""python gql_ws.py CONFIG: as the drivers in JavaScript."""

import asyncio
import json
import sys
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parent / "page"))
import airdate_statuses as page

CONFIG = json.loads(sys.argv[1])
WATCHES = {"resuming": "good", "revoked": "revoked"}
QUICK = {"ping_seconds": 0.2, "patience_seconds": 1, "wait_seconds": 0.05}


def tell(watch, **what):
    print(json.dumps({"watch": watch, **what}), flush=True)


def token(name):
    async def fresh():
        async with httpx.AsyncClient() as http:
            return (await http.get(f"{CONFIG['tokens']}/{name}")).text

    return fresh


async def watch(name, token_name):
    try:
        async for event in page.statuses(CONFIG["ws"], token(token_name), CONFIG["id"], **QUICK):
            tell(name, event=event)
    except page.TransportConnectionFailed as error:
        tell(name, error=str(error.__cause__.rcvd.code))


async def main():
    watches = [asyncio.create_task(watch(name, of)) for name, of in WATCHES.items()]
    await asyncio.to_thread(sys.stdin.read)
    for task in watches:
        task.cancel()


asyncio.run(main())
