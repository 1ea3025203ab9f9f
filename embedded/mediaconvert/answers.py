"""Answers and refusals as the service gives them."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from embedded.mediaconvert.queues import QueueRefused
from embedded.mediaconvert.service_model import Invalid, write_answer


def answer(value: dict[str, Any], shape_name: str, status: int = 200) -> Response:
    return JSONResponse(write_answer(value, shape_name), status_code=status)


def accepted() -> Response:
    return JSONResponse({}, status_code=202)


def refusal(status: int, kind: str, message: str) -> Response:
    return JSONResponse({"message": message}, status_code=status, headers={"x-amzn-errortype": kind})


async def _bad_request(request: Request, error: Exception) -> Response:
    return refusal(400, "BadRequestException", str(error))


async def _not_json(request: Request, error: Exception) -> Response:
    return refusal(400, "BadRequestException", "The body is not JSON.")


async def _queue_refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, QueueRefused):
        raise error
    return refusal(error.status, error.kind, str(error))


async def _disk_failed(request: Request, error: Exception) -> Response:
    return refusal(500, "InternalServerErrorException", f"Not kept: {error}")


REFUSALS: Mapping[Any, Any] = {
    Invalid: _bad_request,
    orjson.JSONDecodeError: _not_json,
    QueueRefused: _queue_refused,
    OSError: _disk_failed,
}
