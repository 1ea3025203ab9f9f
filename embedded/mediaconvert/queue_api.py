"""The REST API of queues."""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from embedded.mediaconvert.answers import accepted, answer
from embedded.mediaconvert.jobs import Jobs
from embedded.mediaconvert.pages import page_of, read_query
from embedded.mediaconvert.queues import QueueRefused, Queues
from embedded.mediaconvert.service_model import API, Invalid, read_request


class QueueApi:
    def __init__(self, queues: Queues, jobs: Jobs) -> None:
        self._queues = queues
        self._jobs = jobs

    def routes(self) -> list[Route]:
        one = f"{API}/queues/{{name}}"
        return [
            Route(f"{API}/queues", self.list, methods=["GET"]),
            Route(f"{API}/queues", self.create, methods=["POST"]),
            Route(one, self.get, methods=["GET"]),
            Route(one, self.update, methods=["PUT"]),
            Route(one, self.delete, methods=["DELETE"]),
        ]

    async def list(self, request: Request) -> Response:
        query = read_query(request.query_params, "ListQueuesRequest")
        by_name = query.get("ListBy", "CREATION_DATE") == "NAME"

        def position(queue: dict[str, Any]) -> str:
            return str(queue["Name"]) if by_name else f"{queue['CreatedAt']:020.6f} {queue['Name']}"

        found = [self._counted(queue) for queue in self._queues.all()]
        found.sort(key=position, reverse=query.get("Order") == "DESCENDING")
        return answer(page_of(found, "Queues", query, position), "ListQueuesResponse")

    async def get(self, request: Request) -> Response:
        queue = self._queues.find(request.path_params["name"])
        return answer({"Queue": self._counted(queue)}, "GetQueueResponse")

    async def create(self, request: Request) -> Response:
        wanted = read_request(orjson.loads(await request.body()), "CreateQueueRequest")
        _check(wanted)
        return answer(
            {"Queue": self._counted(self._queues.create(wanted))}, "CreateQueueResponse", status=201
        )

    async def update(self, request: Request) -> Response:
        body = orjson.loads(await request.body())
        if isinstance(body, dict):
            body["name"] = request.path_params["name"]
        wanted = read_request(body, "UpdateQueueRequest")
        _check(wanted)
        queue = self._queues.update(wanted)
        self._jobs.wake()
        return answer({"Queue": self._counted(queue)}, "UpdateQueueResponse")

    async def delete(self, request: Request) -> Response:
        queue = self._counted(self._queues.find(request.path_params["name"]))
        if queue["SubmittedJobsCount"] + queue["ProgressingJobsCount"]:
            raise QueueRefused(409, "ConflictException", f"The queue {queue['Name']} has unfinished jobs.")
        self._queues.delete(queue["Name"])
        return accepted()

    def _counted(self, queue: dict[str, Any]) -> dict[str, Any]:
        return queue | {
            "SubmittedJobsCount": self._jobs.count(queue["Arn"], "SUBMITTED"),
            "ProgressingJobsCount": self._jobs.count(queue["Arn"], "PROGRESSING"),
        }


def _check(wanted: dict[str, Any]) -> None:
    """Raises Invalid for what the model lets through."""
    if wanted.get("ConcurrentJobs", 1) < 1:
        raise Invalid(["/concurrentJobs: should be at least 1"])
    if wanted.get("PricingPlan") == "RESERVED" or "ReservationPlanSettings" in wanted:
        raise Invalid(["/pricingPlan: RESERVED cannot be had on this machine"])
