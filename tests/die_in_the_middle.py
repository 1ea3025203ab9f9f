"""A worker that kills itself: `python -m tests.die_in_the_middle`, told by lines of JSON on its input.

Each line `{"settings": …, "step": "submit" | "record", "event": …, "point": n}` is carried out by a forked
child that is killed by SIGKILL at the n-th point: before and after each statement, each commit, and each
call to storage, MediaConvert and the bus. The answer is a line: "killed", or "done" when there was no
n-th point any more.
"""

import asyncio
import json
import os
import signal
import sys

import tortoise.backends.asyncpg.client as tortoise_client

from server.database import open_database
from server.postgres_client import PostgresClient
from server.settings import Settings
from server.wiring import open_renderer
from services.gateways.aws_session import aws_session
from services.gateways.clock import SystemClock
from services.gateways.s3_object_storage import open_s3
from services.record_render_event import record_render_event
from services.rendering.render_events import read_media_convert_event
from services.submit_render import claim_render, submit_render
from tests.services.small_media_convert import SilentBus


class Points:
    def __init__(self, last):
        self.left = last

    def pass_one(self):
        self.left -= 1
        if self.left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, function):
        async def between(*args, **kwargs):
            self.pass_one()
            answer = await function(*args, **kwargs)
            self.pass_one()
            return answer

        return between


class Watched:
    """A gateway whose every asynchronous call is a point."""

    def __init__(self, inner, points):
        self._inner = inner
        self._points = points

    def __getattr__(self, name):
        found = getattr(self._inner, name)
        return self._points.around(found) if asyncio.iscoroutinefunction(found) else found


def watch_statements(points):
    for owner, names in (
        (tortoise_client.AsyncpgDBClient, ("execute_insert", "execute_query", "execute_query_dict")),
        (PostgresClient, ("execute_query_dict",)),
        (tortoise_client.TransactionWrapper, ("commit",)),
    ):
        for name in names:
            setattr(owner, name, points.around(getattr(owner, name)))


async def carry_out(order):
    settings = Settings(**order["settings"])
    defaults, clock = settings.job_defaults, SystemClock()
    points = Points(order["point"])
    async with (
        open_database(settings.database_url),
        open_s3(
            aws_session(),
            endpoint_url=settings.s3_endpoint_url,
            bucket=settings.s3_bucket,
            region=settings.region,
        ) as s3,
        open_renderer(settings) as media_convert,
    ):
        watch_statements(points)
        storage, renderer, bus = (Watched(gateway, points) for gateway in (s3, media_convert, SilentBus()))
        if order["step"] == "submit":
            render_id = await claim_render(clock=clock)
            await submit_render(
                render_id=render_id,
                storage=storage,
                renderer=renderer,
                bus=bus,
                clock=clock,
                defaults=defaults,
            )
        else:
            event = read_media_convert_event(
                order["event"], app=defaults.app, environment=defaults.environment
            )
            await record_render_event(event=event, storage=storage, bus=bus, clock=clock)


def main():
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            asyncio.run(carry_out(json.loads(line)))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            print("killed", flush=True)
        else:
            print("done" if status == 0 else f"failed with {status}", flush=True)


if __name__ == "__main__":
    main()
