"""A job looked for among those of an account."""

from datetime import UTC, datetime, timedelta

import pytest

from services.gateways import aws_media_convert
from services.gateways.media_convert import (
    OutcomeUnknown,
)
from tests.services.gateways.lossy_media_convert import RENDER_ID, media_convert, page, proxy, quick_retries

__all__ = ["media_convert", "proxy", "quick_retries"]


def listed(number, age, render_id="another", queue="Default"):
    return {
        "id": f"{number}-abc",
        "status": "COMPLETE",
        "role": "arn:aws:iam::111122223333:role/r",
        "settings": {},
        "queue": f"arn:aws:mediaconvert:eu-west-1:111122223333:queues/{queue}",
        "createdAt": (datetime.now(UTC) - age).timestamp(),
        "userMetadata": {"renderId": str(render_id)},
    }


MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


async def test_a_job_is_looked_for_page_by_page_in_every_queue(proxy, media_convert):
    proxy.faults = [
        page(listed(9, MINUTE)),
        page(listed(8, HOUR, RENDER_ID, "hopped")),
        page(listed(7, HOUR)),
    ]
    found = await media_convert.find_job(RENDER_ID, created_after=datetime.now(UTC) - HOUR)
    assert found.id == "8-abc"
    assert len(proxy.asked) == 2


async def test_the_search_ends_with_jobs_older_than_the_render(proxy, media_convert):
    proxy.faults = [page(listed(9, MINUTE)), page(listed(8, HOUR)), page(listed(7, HOUR, RENDER_ID))]
    assert await media_convert.find_job(RENDER_ID, created_after=datetime.now(UTC) - 10 * MINUTE) is None
    assert len(proxy.asked) == 2


async def test_an_empty_page_is_not_the_end(proxy, media_convert):
    proxy.faults = [page(), page(listed(8, HOUR, RENDER_ID), more=False)]
    found = await media_convert.find_job(RENDER_ID, created_after=datetime.now(UTC) - HOUR)
    assert found.id == "8-abc"


async def test_no_job_at_all(proxy, media_convert):
    proxy.faults = [page(more=False)]
    assert await media_convert.find_job(RENDER_ID) is None


async def test_too_many_jobs_to_be_sure_is_not_the_same_as_none(proxy, media_convert, monkeypatch):
    monkeypatch.setattr(aws_media_convert, "MOST_PAGES", 2)
    proxy.faults = [page(listed(9, MINUTE)), page(listed(8, MINUTE)), page(listed(7, MINUTE, RENDER_ID))]
    with pytest.raises(OutcomeUnknown, match="More than 40 jobs since"):
        await media_convert.find_job(RENDER_ID, created_after=datetime.now(UTC) - HOUR)
