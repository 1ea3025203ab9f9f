import asyncio
import time

import pytest

from services.gateways.rate_bucket import RateBucket


async def in_order(bucket, *patience):
    """The order in which askers with these patiences, who come in this order, are served."""
    served = []

    async def ask(number, seconds):
        await bucket.take(patience_seconds=seconds)
        served.append(number)

    await asyncio.gather(*(ask(number, seconds) for number, seconds in enumerate(patience)))
    return served


async def test_a_burst_at_once():
    bucket = RateBucket(per_second=0.01, burst=5)
    for _ in range(5):
        await bucket.take()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(bucket.take(), 0.1)


async def test_then_a_steady_rate():
    bucket = RateBucket(per_second=50, burst=1)
    await bucket.take()
    started = time.monotonic()
    for _ in range(10):
        await bucket.take()
    assert time.monotonic() - started >= 9 / 50


async def test_a_pause_saves_no_more_than_the_burst():
    bucket = RateBucket(per_second=200, burst=2)
    await bucket.take()
    await asyncio.sleep(0.1)
    started = time.monotonic()
    for _ in range(4):
        await bucket.take()
    assert time.monotonic() - started >= 2 / 200


async def test_equals_are_served_in_the_order_they_came():
    assert await in_order(RateBucket(per_second=500, burst=1), *[0] * 20) == list(range(20))


async def test_the_urgent_go_before_the_patient():
    assert await in_order(RateBucket(per_second=500, burst=1), 10, 10, 10, 0, 0) == [0, 3, 4, 1, 2]


async def test_the_patient_are_served_while_the_urgent_keep_coming():
    bucket = RateBucket(per_second=200, burst=1)
    await bucket.take()
    patient = asyncio.create_task(bucket.take(patience_seconds=0.1))
    urgent = 0
    while not patient.done():
        # Two come for each that is served, so that an urgent one waits always.
        await asyncio.gather(bucket.take(), bucket.take())
        urgent += 2
        assert urgent < 400


async def test_a_cancelled_wait_costs_nobody_a_turn():
    bucket = RateBucket(per_second=1, burst=1)
    await bucket.take()
    waiting = [asyncio.create_task(bucket.take()) for _ in range(10)]
    await asyncio.sleep(0)
    for task in waiting[:-1]:
        task.cancel()
    started = time.monotonic()
    await waiting[-1]
    assert time.monotonic() - started < 5


async def test_a_turn_cancelled_in_the_moment_it_is_given_goes_to_the_next():
    bucket = RateBucket(per_second=0.001, burst=1)
    await bucket.take()
    first, second = asyncio.create_task(bucket.take()), asyncio.create_task(bucket.take())
    await asyncio.sleep(0)
    bucket._tokens = 1
    bucket._serve()
    first.cancel()
    await asyncio.wait_for(second, 1)
    with pytest.raises(asyncio.CancelledError):
        await first
