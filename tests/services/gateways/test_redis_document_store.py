"""Documents are kept by number and by time, and a Redis that is away is nobody's failure."""

import socket
import time

import pytest
from redis.asyncio import Redis

from services.gateways.redis_document_store import DAY_SECONDS, RedisDocumentStore
from tests.own_valkey import kill, running_valkey, start_again


@pytest.fixture
async def redis(embedded):
    async with Redis.from_url(embedded.redis_url, decode_responses=True) as redis:
        yield redis
        for key in await redis.keys("kept:*"):
            await redis.delete(key)


@pytest.fixture
async def open_store(embedded, redis):
    stores = []

    def open_store(**options):
        stores.append(RedisDocumentStore(embedded.redis_url, key_prefix="kept", **options))
        return stores[-1]

    yield open_store
    for store in stores:
        await store.close()


async def test_what_one_process_keeps_another_finds(open_store):
    one, other = open_store(), open_store()
    await one.keep("a" * 64, "{ größe }")
    assert await other.find("a" * 64) == "{ größe }"
    assert await other.find("b" * 64) is None


async def test_a_document_is_kept_for_a_day_after_its_last_use(open_store, redis):
    store = open_store()
    await store.keep("a", "{ a }")
    for used in (store.find("a"), store.keep("a", "{ a }")):
        await redis.expire("kept:document:a", 60)
        await used
        assert DAY_SECONDS - 60 < await redis.ttl("kept:document:a") <= DAY_SECONDS
    assert DAY_SECONDS - 60 < await redis.ttl("kept:documents") <= DAY_SECONDS


async def test_of_too_many_those_unused_for_longest_go(open_store, redis):
    store = open_store(most_kept=3)
    for name in "abc":
        await store.keep(name, name)
    assert await store.find("a") == "a"
    await store.keep("d", "d")
    await store.keep("e", "e")
    assert [await store.find(name) for name in "abcde"] == ["a", None, None, "d", "e"]
    assert sorted(await redis.keys("kept:*")) == [*(f"kept:document:{n}" for n in "ade"), "kept:documents"]
    assert await redis.zrange("kept:documents", 0, -1) == ["a", "d", "e"]


async def test_what_is_not_there_is_not_noted_as_used(open_store, redis):
    assert await open_store().find("a") is None
    assert await redis.keys("kept:*") == []


async def test_a_redis_that_is_killed_and_comes_back(tmp_path):
    with running_valkey(tmp_path / "valkey") as valkey:
        store = RedisDocumentStore(valkey.url)
        await store.keep("a", "{ a }")
        kill(valkey)
        assert await store.find("a") is None
        await store.keep("b", "{ b }")
        start_again(valkey)
        await store.keep("c", "{ c }")
        assert [await store.find(name) for name in "abc"] == ["{ a }", None, "{ c }"]
        await store.close()


async def test_a_restart_that_nobody_noticed(tmp_path):
    """The connection from before it is only found to be gone when it is used."""
    with running_valkey(tmp_path / "valkey") as valkey:
        store = RedisDocumentStore(valkey.url)
        await store.keep("a", "{ a }")
        kill(valkey)
        start_again(valkey)
        assert await store.find("a") == "{ a }"
        await store.close()


async def test_a_redis_that_does_not_answer_is_not_waited_for():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = RedisDocumentStore(f"redis://127.0.0.1:{silent.getsockname()[1]}")
        begun = time.monotonic()
        assert await store.find("a") is None
        await store.keep("a", "{ a }")
        assert time.monotonic() - begun < 4
        await store.close()
