"""The real client at the embedded renderer, behind a proxy that loses and refuses."""

from contextlib import asynccontextmanager
from uuid import UUID

import pytest

from services.gateways.aws_media_convert import open_media_convert
from services.gateways.aws_session import aws_session
from services.gateways.rate_bucket import RateBucket
from tests.embedded.mediaconvert.conftest import job_request
from tests.faulty_proxy import Fault, faulty_proxy

RENDER_ID = UUID("01939e3c-0000-7000-8000-000000000001")


@asynccontextmanager
async def opened(url, rate=None):
    rate = rate or RateBucket(per_second=1000, burst=1000)
    async with open_media_convert(
        aws_session(), endpoint_url=url, region="eu-west-1", rate=rate
    ) as media_convert:
        yield media_convert


@pytest.fixture
async def proxy(renderer_url):
    async with faulty_proxy(renderer_url) as proxy:
        yield proxy


@pytest.fixture
async def media_convert(proxy):
    async with opened(proxy.url) as media_convert:
        yield media_convert


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch):
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.0)


def request_of(render_id, **changes):
    """A job that ends in an error at once: its source is not there."""
    metadata = {"app": "airdate", "env": "test", "renderId": str(render_id)}
    request = job_request("s3://media/in/not-there.mp4", str(render_id), UserMetadata=metadata)
    return request | {"ClientRequestToken": str(render_id)} | changes


def page(*jobs, more=True):
    return Fault(200, {"jobs": list(jobs)} | ({"nextToken": "next"} if more else {}))
