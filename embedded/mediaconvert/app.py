"""MediaConvert's REST API, as far as a client needs it to run jobs."""

from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from embedded.mediaconvert.answers import REFUSALS, accepted, answer, refusal
from embedded.mediaconvert.events import ACCOUNT, REGION
from embedded.mediaconvert.job_store import Job
from embedded.mediaconvert.jobs import JobOver, Jobs
from embedded.mediaconvert.pages import page_of, read_query
from embedded.mediaconvert.probe import probe
from embedded.mediaconvert.queue_api import QueueApi
from embedded.mediaconvert.queues import Queues
from embedded.mediaconvert.service_model import API, Invalid, read_request
from embedded.mediaconvert.service_rules import check_service_rules
from embedded.mediaconvert.sources import SourceError
from embedded.mediaconvert.storage import Storage
from embedded.mediaconvert.understood import refuse_what_is_not_understood

ADDRESSES = ("s3://", "http://", "https://")


class JobApi:
    def __init__(self, jobs: Jobs, queues: Queues, storage: Storage) -> None:
        self._jobs = jobs
        self._queues = queues
        self._storage = storage

    def routes(self) -> list[Route]:
        return [
            Route(f"{API}/jobs", self.create_job, methods=["POST"]),
            Route(f"{API}/jobs", self.list_jobs, methods=["GET"]),
            Route(f"{API}/jobs/{{id}}", self.get_job, methods=["GET"]),
            Route(f"{API}/jobs/{{id}}", self.cancel_job, methods=["DELETE"]),
            Route(f"{API}/search", self.search_jobs, methods=["GET"]),
            Route(f"{API}/probe", self.probe, methods=["POST"]),
        ]

    async def create_job(self, request: Request) -> Response:
        wanted = read_request(orjson.loads(await request.body()), "CreateJobRequest")
        check_service_rules(wanted)
        refuse_what_is_not_understood(wanted)
        return answer({"Job": self._jobs.create(wanted)}, "CreateJobResponse", status=201)

    async def get_job(self, request: Request) -> Response:
        job = self._jobs.get(request.path_params["id"])
        return answer({"Job": job}, "GetJobResponse") if job else not_found()

    async def list_jobs(self, request: Request) -> Response:
        query = read_query(request.query_params, "ListJobsRequest")
        return answer(self._page(query), "ListJobsResponse")

    async def search_jobs(self, request: Request) -> Response:
        """As ListJobs; and `inputFile`, a part of the address of one of the job's inputs."""
        query = read_query(request.query_params, "SearchJobsRequest")
        return answer(self._page(query), "SearchJobsResponse")

    def _page(self, query: dict[str, Any]) -> dict[str, Any]:
        """The newest first, unless asked otherwise."""
        query.setdefault("Order", "DESCENDING")
        found = self._jobs.all()
        if query["Order"] == "DESCENDING":
            found.reverse()
        if "Queue" in query:
            arn = self._queues.find(query["Queue"])["Arn"]
            found = [job for job in found if job["Queue"] == arn]
        if "Status" in query:
            found = [job for job in found if job["Status"] == query["Status"]]
        if "InputFile" in query:
            found = [job for job in found if any(query["InputFile"] in uri for uri in input_files(job))]
        return page_of(found, "Jobs", query, age)

    async def cancel_job(self, request: Request) -> Response:
        job = self._jobs.get(request.path_params["id"])
        if job is None:
            return not_found()
        try:
            await self._jobs.cancel(job)
        except JobOver:
            return refusal(409, "ConflictException", f"The job is {job['Status']} already.")
        return accepted()

    async def probe(self, request: Request) -> Response:
        wanted = read_request(orjson.loads(await request.body()), "ProbeRequest")
        files = [file.get("FileUrl") for file in wanted.get("InputFiles", [])]
        if len(files) != 1 or not files[0]:
            raise Invalid(["/inputFiles: should have one item with a fileUrl"])
        if not files[0].startswith(ADDRESSES):
            # What reads it would read files of this machine as well.
            raise Invalid(["/inputFiles/0/fileUrl: should begin with s3://, http:// or https://"])
        try:
            return answer({"ProbeResults": [await probe(files[0], self._storage)]}, "ProbeResponse")
        except SourceError as error:
            kinds = {1404: (404, "NotFoundException"), 3404: (404, "NotFoundException")}
            kinds |= dict.fromkeys((1401, 3401, 3403), (403, "ForbiddenException"))
            kinds |= dict.fromkeys((3450, 3451), (500, "InternalServerErrorException"))
            status, kind = kinds.get(error.code, (422, "UnprocessableEntityException"))
            return refusal(status, kind, str(error))


def create_app(jobs: Jobs, queues: Queues, storage: Storage) -> Starlette:
    return Starlette(
        routes=[
            Route("/healthz", healthz),
            *JobApi(jobs, queues, storage).routes(),
            *QueueApi(queues, jobs).routes(),
            Route(f"{API}/endpoints", describe_endpoints, methods=["POST"]),
        ],
        exception_handlers=REFUSALS,
    )


def age(job: Job) -> str:
    """Sorts as `Jobs.all` does."""
    return f"{job['CreatedAt']:020.6f} {job['Id']}"


def input_files(job: Job) -> list[str]:
    return [each["FileInput"] for each in job["Settings"]["Inputs"] if "FileInput" in each]


async def healthz(request: Request) -> Response:
    return PlainTextResponse("ok")


async def describe_endpoints(request: Request) -> Response:
    """One endpoint: this one."""
    endpoint = {"Url": f"http://{request.headers['host']}"}
    return answer({"Endpoints": [endpoint]}, "DescribeEndpointsResponse")


def not_found() -> Response:
    return refusal(404, "NotFoundException", f"There is no such job in {ACCOUNT}, {REGION}.")
