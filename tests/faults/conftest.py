from collections.abc import AsyncIterator

import pytest

from embedded.data_directory import DataDirectory
from embedded.postgres import Postgres
from embedded.readiness import wait_for_answer
from embedded.stack import Endpoints
from embedded.valkey import Valkey
from tests.faults.api import Api, serving
from tests.faults.outside import Outside, port_of
from tests.tcp_proxy import tcp_proxy


@pytest.fixture(scope="session")
async def outside(embedded: Endpoints, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Outside]:
    data = DataDirectory(tmp_path_factory.mktemp("faults"))
    postgres, valkey = Postgres(data), Valkey(data)
    for server in (postgres, valkey):
        server.spawn()
        wait_for_answer(server)
    others = {
        "AIRDATE_S3_ENDPOINT_URL": embedded.s3_endpoint_url,
        "AIRDATE_S3_BUCKET": embedded.s3_bucket,
        "AIRDATE_MEDIACONVERT_ROLE": "arn:aws:iam::000000000000:role/airdate-mediaconvert",
        "AIRDATE_EVENTS_KEY": "events-key",
        "AIRDATE_SECRET_KEY": "secret-key",
        "AWS_ACCESS_KEY_ID": embedded.s3_access_key,
        "AWS_SECRET_ACCESS_KEY": embedded.s3_secret_key,
    }
    async with (
        tcp_proxy(port_of(postgres.url)) as before_postgres,
        tcp_proxy(port_of(valkey.url)) as before_valkey,
    ):
        outside = Outside(data, postgres, valkey, before_postgres, before_valkey, others)
        await outside.migrate()
        yield outside
    for server in (postgres, valkey):
        server.process.kill()


@pytest.fixture
async def api(outside: Outside) -> AsyncIterator[Api]:
    async with serving(outside) as api:
        yield api
