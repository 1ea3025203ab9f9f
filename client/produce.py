"""Makes the production of an upload, and follows its render live."""

from contextlib import aclosing
from typing import Any

from rich.console import Console

from client import documents
from client.api import Api, ApiError
from client.once import made_once
from client.progress import progress_bar

WORTH_FOLLOWING = ("QUEUED", "PROCESSING", "COMPLETED")


async def produce(api: Api, console: Console, wanted: dict[str, Any]) -> str:
    """The id of a COMPLETED production; `wanted` is a CreateProductionInput. Raises ApiError."""
    production = await made_once(
        api, documents.CREATE_PRODUCTION, "createProduction", "production", wanted, WORTH_FOLLOWING
    )
    production_id = str(production["id"])
    events = api.follow(documents.FOLLOW, "productionStatusChanged", id=production_id)
    with progress_bar(console, "Rendering") as bar:
        async with aclosing(events):
            async for event in events:
                bar(event["progressPercent"], (event["phase"] or event["status"]).lower())
                if event["status"] == "COMPLETED":
                    return production_id
                if event["status"] in ("FAILED", "CANCELED"):
                    raise ApiError(_ending(event))
    raise ApiError("The production is no longer there.")


def _ending(event: dict[str, Any]) -> str:
    error = (event["production"]["render"] or {}).get("error")
    if error is None:
        return f"The render was {event['status'].lower()}."
    return f"The render failed: {error['message']} ({error['code']})\n{error['remedy']}"
