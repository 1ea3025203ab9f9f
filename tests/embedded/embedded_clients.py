"""What the tests of the embedded servers ask them, each as an ordinary client would."""

from dataclasses import dataclass
from typing import Any

import asyncpg
import botocore.session
import redis
from botocore.config import Config

from embedded.stack import Endpoints


@dataclass(frozen=True)
class Kept:
    row: str | None
    value: str | None
    body: bytes | None


def s3_client(endpoints: Endpoints) -> Any:
    return botocore.session.Session().create_client(
        "s3",
        region_name="eu-west-1",
        endpoint_url=endpoints.s3_endpoint_url,
        aws_access_key_id=endpoints.s3_access_key,
        aws_secret_access_key=endpoints.s3_secret_key,
        config=Config(s3={"addressing_style": "path"}, proxies={}),
    )


async def write(endpoints: Endpoints, text: str) -> None:
    """`text` into each server; returns when all three have confirmed it."""
    connection = await asyncpg.connect(endpoints.database_url)
    await connection.execute("CREATE TABLE IF NOT EXISTS kept (text text)")
    await connection.execute("DELETE FROM kept")
    await connection.execute("INSERT INTO kept VALUES ($1)", text)
    await connection.close()
    with redis.Redis.from_url(endpoints.redis_url) as valkey:
        valkey.set("kept", text)
    client = s3_client(endpoints)
    client.put_object(Bucket=endpoints.s3_bucket, Key="kept/object", Body=text.encode())
    client.close()


async def read(endpoints: Endpoints) -> Kept:
    connection = await asyncpg.connect(endpoints.database_url)
    row = await connection.fetchval("SELECT text FROM kept")
    await connection.close()
    with redis.Redis.from_url(endpoints.redis_url, decode_responses=True) as valkey:
        value = valkey.get("kept")
    client = s3_client(endpoints)
    body = client.get_object(Bucket=endpoints.s3_bucket, Key="kept/object")["Body"].read()
    client.close()
    return Kept(row, value, body)
