"""A database of an earlier version, with rows in it, brought up to date by `airdate migrate`."""

import asyncio
import json
import os
import subprocess
import sys
from uuid import uuid4

import asyncpg
import pytest

from models.statuses import PublicationStatus, UploadStatus
from services.production_config import KeptRange, LowerThird, ProductionConfig, TitlePage, Trim
from tests.slow_cases import slow_after

TO_VERSION = """
import asyncio, sys
from tortoise import Tortoise
from tortoise.migrations.api import migrate
from server.database import tortoise_config
async def main():
    await migrate(config=tortoise_config(sys.argv[1]), target=f"models.{sys.argv[2]}")
    await Tortoise.close_connections()
asyncio.run(main())
"""
# What `tortoise makemigrations` would write.
CHANGES = """
import asyncio
from tortoise import Tortoise
from tortoise.migrations.autodetector import MigrationAutodetector
from server.database import MODELS
async def main():
    await Tortoise.init(config=MODELS)
    for writer in await MigrationAutodetector(Tortoise.apps, MODELS["apps"]).changes():
        print(writer.as_string())
asyncio.run(main())
"""
# As the version of 0001 wrote it.
OLD_CONFIG = {
    "title_page": {"title": "Hello", "subtitle": None, "duration_ms": 3000, "background": "#101418"},
    "lower_thirds": [
        {
            "text": "Ada",
            "start_ms": 2000,
            "end_ms": 3500,
            "subtext": None,
            "position": "BOTTOM_LEFT",
        }
    ],
    "audio": {"mode": "KEEP", "target_lkfs": -16.0},
    "trim": {"start_ms": 1000, "end_ms": 4000},
    "poster_at_ms": None,
    "outputs": {"max_height": 720, "mp4": True},
}
MEDIA = {"duration_ms": 5312, "width": 1280}


async def run(*arguments: str, **settings: str) -> str:
    """What a Python program of its own prints: Tortoise is set up once a process, and that of the tests is
    in use."""
    ended = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, *arguments],
        env=os.environ | settings,
        check=True,
        capture_output=True,
        text=True,
    )
    return ended.stdout


async def bring_up_to_date(url):
    settings = {"AIRDATE_DATABASE_URL": url, "AIRDATE_REDIS_URL": "redis://127.0.0.1:1"}
    others = dict.fromkeys(("AIRDATE_MEDIACONVERT_ROLE", "AIRDATE_EVENTS_KEY", "AIRDATE_SECRET_KEY"), "x")
    await run("-m", "server.cli", "migrate", **settings, **others)


@pytest.fixture
async def empty_database(embedded):
    """The URL of a database beside that of the tests."""
    name = f"old_{uuid4().hex}"
    admin = await asyncpg.connect(embedded.database_url)
    await admin.execute(f"CREATE DATABASE {name}")
    url = f"{embedded.database_url.rpartition('/')[0]}/{name}"
    yield url
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


async def insert(connection, table, **values):
    """A row, and its id; timestamps are now."""
    row = {"id": uuid4(), **values}
    for column in await connection.fetch(
        "SELECT column_name FROM information_schema.columns WHERE table_name = $1", table
    ):
        if column["column_name"] in ("created_at", "updated_at", "expires_at"):
            row.setdefault(column["column_name"], None)
    names = ", ".join(row)
    given = ", ".join("now()" if value is None else f"${n}" for n, value in _numbered(row))
    await connection.execute(
        f"INSERT INTO {table} ({names}) VALUES ({given})", *(v for v in row.values() if v is not None)
    )
    return row["id"]


def _numbered(row):
    """Each value with its number among those that are given."""
    number = 0
    for value in row.values():
        number += value is not None
        yield number, value


async def upload_of_0001(connection, owner):
    """Its id."""
    return await insert(
        connection,
        "uploads",
        owner_id=owner,
        title="Old",
        filename="old.mp4",
        content_type="video/mp4",
        byte_size=1000,
        status="READY",
        source_key=f"t/{owner}/uploads/old/source.mp4",
        media=json.dumps(MEDIA),
        attempts=1,
    )


async def production_of_0001(connection, upload, owner, config, status="COMPLETED", **job):
    """Its id, and its render's."""
    state = {"status": status, "progress_percent": 100, "config": json.dumps(config)}
    production = await insert(
        connection,
        "productions",
        owner_id=owner,
        upload_id=upload,
        title="Old",
        sequence=3,
        current_render_number=1,
        playable_render_number=1,
        **state,
    )
    render = await insert(
        connection,
        "renders",
        production_id=production,
        number=1,
        output_prefix=f"t/{owner}/p/{production}/r/1",
        warnings="[]",
        outputs="[]",
        job_retry_count=0,
        attempts=1,
        **job,
        **state,
    )
    return production, render


async def test_the_migrations_say_all_that_the_models_say():
    assert await run("-c", CHANGES) == ""


@pytest.mark.slow
async def test_rows_of_0001_are_brought_up_to_date(empty_database):
    await run("-c", TO_VERSION, empty_database, "0001_initial")
    connection = await asyncpg.connect(empty_database)
    owner = await insert(connection, "users", email="ada@example.org", name="Ada")
    upload = await upload_of_0001(connection, owner)
    open_end = OLD_CONFIG | {"trim": {"start_ms": 1000, "end_ms": None}}
    configs = [OLD_CONFIG, open_end, OLD_CONFIG | {"trim": None}, {}]
    rows = [await production_of_0001(connection, upload, owner, config) for config in configs]

    await bring_up_to_date(empty_database)
    await bring_up_to_date(empty_database)

    kept = dict(await connection.fetchrow("SELECT * FROM uploads"))
    assert (kept["id"], kept["kind"], kept["status"]) == (upload, "VIDEO", "READY")
    assert json.loads(kept["media"]) == MEDIA
    base = ProductionConfig.from_json(OLD_CONFIG | {"trim": None})
    assert base.title_page == TitlePage("Hello")
    assert base.lower_thirds == (LowerThird("Ada", 2000, 3500),)
    trims = [Trim((KeptRange(1000, 4000),)), Trim((KeptRange(1000, None),)), None, None]
    for (production, render), old, trim in zip(rows, configs, trims, strict=True):
        for table, row_id in (("productions", production), ("renders", render)):
            config = json.loads(
                await connection.fetchval(f"SELECT config FROM {table} WHERE id = $1", row_id)
            )
            assert config == (old | {"trim": {"keep": [old["trim"]]}} if trim else old)
            assert ProductionConfig.from_json(config).trim == trim
    logo = await upload_of_0001(connection, owner)
    await insert(connection, "production_assets", production_id=rows[0][0], upload_id=logo)
    with pytest.raises(asyncpg.RestrictViolationError, match="production_assets"):
        await connection.execute("DELETE FROM uploads WHERE id = $1", logo)
    await connection.execute("DELETE FROM productions")
    assert await connection.fetchval("SELECT count(*) FROM production_assets") == 0
    await connection.close()


@pytest.mark.parametrize("version", slow_after(0, ["0001_initial", "0002_upload_kinds_and_kept_ranges"]))
async def test_only_renders_that_mediaconvert_has_are_looked_at_once(empty_database, version):
    await run("-c", TO_VERSION, empty_database, version)
    connection = await asyncpg.connect(empty_database)
    owner = await insert(connection, "users", email="ada@example.org", name="Ada")
    upload = await upload_of_0001(connection, owner)
    states = ["QUEUED", "PROCESSING", "COMPLETED", "FAILED"]
    await production_of_0001(connection, upload, owner, {}, "QUEUED")
    submitted = {
        status: (await production_of_0001(connection, upload, owner, {}, status, job_id=f"1-{status}"))[1]
        for status in states
    }
    await bring_up_to_date(empty_database)
    overdue = {
        row["id"] for row in await connection.fetch("SELECT id FROM renders WHERE overdue_at <= now()")
    }
    assert overdue == {submitted["QUEUED"], submitted["PROCESSING"]}
    fresh = await connection.fetch(
        "SELECT DISTINCT automatic_retries, due_at, looked_at, told_at FROM renders"
    )
    assert [tuple(row) for row in fresh] == [(0, None, None, None)]
    await connection.close()


async def publication_of_0001(connection, space, production, status):
    """Its id."""
    return await insert(connection, "publications", space_id=space, production_id=production, status=status)


LOG = """
SELECT s.subject_id, s.kind, s.sequence, s.data, s.transaction_id, s.occurred_at = r.updated_at AS is_dated
FROM status_events s JOIN (
    SELECT id, sequence, updated_at FROM uploads UNION ALL SELECT id, sequence, updated_at FROM publications
) r ON r.id = s.subject_id AND r.sequence = s.sequence
"""


@pytest.mark.slow
async def test_what_there_was_begins_its_log_as_it_stands(empty_database):
    """Uploads and publications in any status; what productions have in the log stays as it is, also when the
    version before comes back."""
    await run("-c", TO_VERSION, empty_database, "0001_initial")
    connection = await asyncpg.connect(empty_database)
    owner = await insert(connection, "users", email="ada@example.org", name="Ada")
    uploads = {status: await upload_of_0001(connection, owner) for status in UploadStatus}
    for status, upload in uploads.items():
        await connection.execute("UPDATE uploads SET status = $1 WHERE id = $2", status, upload)
    production, _ = await production_of_0001(connection, uploads["READY"], owner, {})
    publications = {}
    for status in PublicationStatus:
        values = {"slug": status.lower(), "name": "A", "description": "", "visibility": "PUBLIC"}
        space = await insert(connection, "spaces", **values)
        publication = await publication_of_0001(connection, space, production, status)
        publications[status] = publication, space
    event = """INSERT INTO status_events (kind, subject_id, sequence, data, occurred_at)
        VALUES ('PRODUCTION_STATUS', $1, 3, '{"status": "COMPLETED"}', now()) RETURNING *"""
    known = await connection.fetchrow(event, production)

    await bring_up_to_date(empty_database)

    rows = {row["subject_id"]: row for row in await connection.fetch(LOG)}
    told = {id: (r["kind"], r["sequence"], json.loads(r["data"]), r["is_dated"]) for id, r in rows.items()}
    begun = {"previousStatus": None, "cause": "the log begins"}
    assert told == {
        upload: ("UPLOAD_STATUS", 1, begun | {"status": status}, True) for status, upload in uploads.items()
    } | {
        publication: (
            "PUBLICATION_STATUS",
            1,
            begun | {"status": status, "spaceId": str(space), "productionId": str(production)},
            True,
        )
        for status, (publication, space) in publications.items()
    }
    assert len({row["transaction_id"] for row in rows.values()}) == 1
    assert await connection.fetchval("SELECT count(*) FROM status_events") == len(told) + 1
    assert await connection.fetchrow("SELECT * FROM status_events WHERE id = $1", known["id"]) == known
    # A process of the version before may still write rows while this one's starts.
    late = await upload_of_0001(connection, owner)
    assert await connection.fetchval("SELECT sequence FROM uploads WHERE id = $1", late) == 0
    await run("-c", TO_VERSION, empty_database, "0003_life_of_a_render")
    assert await connection.fetch("SELECT * FROM status_events") == [known]
    counts = [await connection.fetchval(f"SELECT count(*) FROM {t}") for t in ("uploads", "publications")]
    assert counts == [len(uploads) + 1, len(publications)]
    await connection.close()
