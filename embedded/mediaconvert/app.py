"""MediaConvert's REST API, as far as boto3 needs it to run jobs."""

import base64
import time
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from embedded.mediaconvert.events import ACCOUNT, REGION
from embedded.mediaconvert.jobs import DEFAULT_QUEUE, JobOver, Jobs
from embedded.mediaconvert.service_model import API, Invalid, read_request, write_answer
from embedded.mediaconvert.service_rules import check_service_rules
from embedded.mediaconvert.understood import refuse_what_is_not_understood

MAX_PAGE = 20


class Api:
    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    async def create_job(self, request: Request) -> Response:
        try:
            wanted = read_request(orjson.loads(await request.body()), "CreateJobRequest")
            check_service_rules(wanted)
            refuse_what_is_not_understood(wanted)
        except orjson.JSONDecodeError:
            return error(400, "BadRequestException", "The body is not JSON.")
        except Invalid as invalid:
            return error(400, "BadRequestException", str(invalid))
        return answer({"Job": self._jobs.create(wanted)}, "CreateJobResponse", status=201)

    async def get_job(self, request: Request) -> Response:
        job = self._jobs.get(request.path_params["id"])
        return answer({"Job": job}, "GetJobResponse") if job else not_found()

    async def list_jobs(self, request: Request) -> Response:
        params = request.query_params
        found = self._jobs.all()
        if params.get("order") == "DESCENDING":
            found = found[::-1]
        if "queue" in params:
            found = [job for job in found if is_queue(params["queue"], job["Queue"])]
        if "status" in params:
            found = [job for job in found if job["Status"] == params["status"]]
        try:
            size = min(int(params.get("maxResults", MAX_PAGE)), MAX_PAGE)
            start = int(base64.b64decode(params["nextToken"])) if "nextToken" in params else 0
        except ValueError:
            return error(400, "BadRequestException", "/nextToken: is not one of ours")
        page: dict[str, Any] = {"Jobs": found[start : start + size]}
        if start + size < len(found):
            page["NextToken"] = base64.b64encode(str(start + size).encode()).decode()
        return answer(page, "ListJobsResponse")

    async def cancel_job(self, request: Request) -> Response:
        job = self._jobs.get(request.path_params["id"])
        if job is None:
            return not_found()
        try:
            await self._jobs.cancel(job)
        except JobOver:
            return error(409, "ConflictException", f"The job is {job['Status']} already.")
        return JSONResponse({}, status_code=202)


def create_app(jobs: Jobs) -> Starlette:
    api = Api(jobs)
    return Starlette(
        routes=[
            Route("/healthz", healthz),
            Route(f"{API}/jobs", api.create_job, methods=["POST"]),
            Route(f"{API}/jobs", api.list_jobs, methods=["GET"]),
            Route(f"{API}/jobs/{{id}}", api.get_job, methods=["GET"]),
            Route(f"{API}/jobs/{{id}}", api.cancel_job, methods=["DELETE"]),
            Route(f"{API}/queues", list_queues, methods=["GET"]),
            Route(f"{API}/endpoints", describe_endpoints, methods=["POST"]),
        ]
    )


def is_queue(asked: str, arn: str) -> bool:
    """Queues are asked for by ARN or by name."""
    return asked in (arn, arn.rpartition("/")[2])


async def healthz(request: Request) -> Response:
    return PlainTextResponse("ok")


async def describe_endpoints(request: Request) -> Response:
    """One endpoint: this one."""
    endpoint = {"Url": f"http://{request.headers['host']}"}
    return answer({"Endpoints": [endpoint]}, "DescribeEndpointsResponse")


async def list_queues(request: Request) -> Response:
    queue = {
        "Arn": DEFAULT_QUEUE,
        "Name": "Default",
        "Status": "ACTIVE",
        "Type": "SYSTEM",
        "PricingPlan": "ON_DEMAND",
        "CreatedAt": time.time(),
    }
    return answer({"Queues": [queue]}, "ListQueuesResponse")


def answer(value: dict[str, Any], shape_name: str, status: int = 200) -> Response:
    return JSONResponse(write_answer(value, shape_name), status_code=status)


def error(status: int, kind: str, message: str) -> Response:
    return JSONResponse({"message": message}, status_code=status, headers={"x-amzn-errortype": kind})


def not_found() -> Response:
    return error(404, "NotFoundException", f"There is no such job in {ACCOUNT}, {REGION}.")
