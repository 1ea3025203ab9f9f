"""The databases that are read: our own tables, filled by SQL with rows that are the same every time."""

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg

from bench.servers import ROOT, airdate_environment
from embedded.data_directory import DataDirectory
from embedded.stack import Endpoints

ASKED = 200
NO_PORT = 8000
# Writes are compared by what a server does for them, not by how fast this machine's disk is.
SETTINGS = {"synchronous_commit": "off"}


@dataclass(frozen=True)
class Shape:
    """How many rows: of a user, of each upload, of each production."""

    name: str
    users: int = 200
    spaces: int = 50
    uploads: int = 100
    productions: int = 2
    publications: int = 1


BASE = Shape("reads")
MANY_PRODUCTIONS = Shape("reads_many_productions", uploads=25, productions=20)
MANY_PUBLICATIONS = Shape("reads_many_publications", uploads=25, publications=10)


def scaled(times: int) -> Shape:
    """So many times the users and spaces, and with them all rows; as many rows of each user."""
    if times == 1:
        return BASE
    return replace(BASE, name=f"reads_{times}", users=BASE.users * times, spaces=BASE.spaces * times)


@dataclass(frozen=True)
class Target:
    """What a request is about: a user, and an upload and a production of theirs."""

    user_id: UUID
    token: str
    upload_id: UUID
    upload_title: str
    production_id: UUID


@dataclass(frozen=True)
class Database:
    url: str
    targets: Sequence[Target]

    def ask(self, statement: str, arguments: Sequence[object]) -> Sequence[str]:
        """The one value it answers to each."""

        async def ask() -> Sequence[str]:
            connection = await asyncpg.connect(self.url)
            prepared = await connection.prepare(statement)
            answers = [await prepared.fetchval(argument) for argument in arguments]
            await connection.close()
            return answers

        return asyncio.run(ask())


# Ids as uuid7 makes them, so that rows that are made together lie together in an index.
PREPARE = """
CREATE FUNCTION pg_temp.row_id(kind text, number bigint, made timestamptz) RETURNS uuid IMMUTABLE
RETURN (lpad(to_hex((extract(epoch FROM made) * 1000)::bigint), 12, '0')
        || '7' || substr(md5(kind || number), 1, 3) || '8' || substr(md5(kind || number), 4, 15))::uuid;
CREATE FUNCTION pg_temp.made(day int, number bigint) RETURNS timestamptz IMMUTABLE
RETURN timestamptz '2026-01-01 00:00:00Z' + make_interval(days => day) + number * interval '1 second';
CREATE FUNCTION pg_temp.user_id(number bigint) RETURNS uuid IMMUTABLE
RETURN pg_temp.row_id('user', number, pg_temp.made(0, number));
CREATE FUNCTION pg_temp.space_id(number bigint) RETURNS uuid IMMUTABLE
RETURN pg_temp.row_id('space', number, pg_temp.made(1, number));
CREATE FUNCTION pg_temp.upload_id(number bigint) RETURNS uuid IMMUTABLE
RETURN pg_temp.row_id('upload', number, pg_temp.made(10, number));
CREATE FUNCTION pg_temp.production_id(number bigint) RETURNS uuid IMMUTABLE
RETURN pg_temp.row_id('production', number, pg_temp.made(40, number));
"""

# As `services` writes them: a server that reads whole rows reads these too.
MEDIA = (
    '{"duration_ms": 61000, "width": 1920, "height": 1080, "frame_rate": "25", "rotation": 0, '
    '"video_codec": "h264", "audio_codec": "aac", "audio_channels": 2, "has_audio": true, "hdr": false, '
    '"interlaced": false, "variable_frame_rate": false, "container": "mov,mp4,m4a,3gp,3g2,mj2"}'
)
CONFIG = (
    '{"title_page": null, "lower_thirds": [], "audio": {"mode": "KEEP", "target_lkfs": -16.0, '
    '"gain_db": 0.0, "music": null}, "trim": null, "captions": [], "poster_at_ms": null, '
    '"outputs": {"max_height": null, "mp4": false, "audio": false}}'
)

# Users take turns in making uploads, so that nobody's rows lie together in a table. Everybody is a member of
# ten spaces, half of them PUBLIC, and publishes there: who sees a publication sees its space.
FILL = """
INSERT INTO users (id, email, name, created_at)
SELECT pg_temp.user_id(n), 'user-' || n || '@example.org', 'User ' || n, pg_temp.made(0, n)
FROM generate_series(0, {users} - 1) n;

INSERT INTO access_tokens (id, user_id, token_hash, name, created_at)
SELECT pg_temp.row_id('token', n, pg_temp.made(0, n)), pg_temp.user_id(n),
       encode(sha256(convert_to('airdate_bench-' || n, 'UTF8')), 'hex'), 'bench', pg_temp.made(0, n)
FROM generate_series(0, {users} - 1) n;

INSERT INTO spaces (id, slug, name, description, visibility, created_at, updated_at)
SELECT pg_temp.space_id(n), 'space-' || n, 'Space ' || n, 'What ' || n || ' is for',
       CASE n % 2 WHEN 0 THEN 'PUBLIC' ELSE 'MEMBERS' END, pg_temp.made(1, n), pg_temp.made(1, n)
FROM generate_series(0, {spaces} - 1) n;

INSERT INTO space_members (id, space_id, user_id, role, created_at)
SELECT pg_temp.row_id('member', n * 10 + k, pg_temp.made(2, n)), pg_temp.space_id((n * 7 + k) % {spaces}),
       pg_temp.user_id(n), 'PUBLISHER', pg_temp.made(2, n)
FROM generate_series(0, {users} - 1) n, generate_series(0, 9) k;

INSERT INTO uploads (id, owner_id, title, filename, content_type, byte_size, status, source_key, media,
                     expires_at, attempts, created_at, updated_at)
SELECT pg_temp.upload_id(n), pg_temp.user_id(n % {users}), 'The opening, take ' || n, 'clip-' || n || '.mp4',
       'video/mp4', 50000000 + n * 4099, 'READY', 'uploads/' || n || '/source.mp4',
       '{media}',
       pg_temp.made(12, n), 1, pg_temp.made(10, n), pg_temp.made(10, n)
FROM generate_series(0, {users} * {uploads} - 1) n;

INSERT INTO productions (id, owner_id, upload_id, title, config, status, progress_percent, sequence,
                         current_render_number, playable_render_number, created_at, updated_at)
SELECT pg_temp.production_id(n), pg_temp.user_id(n % ({users} * {uploads}) % {users}),
       pg_temp.upload_id(n % ({users} * {uploads})), 'The opening, cut ' || n,
       '{config}',
       'COMPLETED', 100, 3, 1, 1, pg_temp.made(40, n), pg_temp.made(40, n)
FROM generate_series(0, {users} * {uploads} * {productions} - 1) n;

INSERT INTO publications (id, space_id, production_id, status, sequence, published_at, created_at, updated_at)
SELECT pg_temp.row_id('publication', n * {publications} + k, pg_temp.made(80, n)),
       pg_temp.space_id((n % {users} * 7 + (n / {users} + k) % 10) % {spaces}), pg_temp.production_id(n),
       'LIVE', 1, pg_temp.made(80, n) + interval '250 milliseconds', pg_temp.made(80, n), pg_temp.made(80, n)
FROM generate_series(0, {users} * {uploads} * {productions} - 1) n,
     generate_series(0, {publications} - 1) k;
"""

# A production of each of some users, evenly spread, and its upload.
TARGETS = """
SELECT u.owner_id, u.id AS upload_id, u.title, p.id AS production_id, n AS number
FROM generate_series(0, {users} - 1, {users} / {asked}) n
JOIN uploads u ON u.id = pg_temp.upload_id(n + {users} * ({uploads} - 1 - n % 20))
JOIN productions p ON p.id = pg_temp.production_id(n + {users} * ({uploads} - 1 - n % 20))
ORDER BY n
"""


def make_database(shape: Shape, endpoints: Endpoints, data: DataDirectory) -> Database:
    """A database of this shape, migrated by `airdate migrate`, filled and analysed."""
    made = replace(endpoints, database_url=url_of(endpoints, shape))
    asyncio.run(create(shape, endpoints))
    environment = airdate_environment(made, data, NO_PORT)
    subprocess.run([sys.executable, "-m", "server.cli", "migrate"], env=environment, cwd=ROOT, check=True)
    return Database(made.database_url, asyncio.run(fill(shape, made.database_url)))


def url_of(endpoints: Endpoints, shape: Shape) -> str:
    return urlsplit(endpoints.database_url)._replace(path=f"/{shape.name}").geturl()


async def create(shape: Shape, endpoints: Endpoints) -> None:
    connection = await asyncpg.connect(endpoints.database_url)
    await connection.execute(f"CREATE DATABASE {shape.name}")
    for name, value in SETTINGS.items():
        await connection.execute(f"ALTER DATABASE {shape.name} SET {name} = {value}")
    await connection.close()


async def fill(shape: Shape, url: str) -> list[Target]:
    connection = await asyncpg.connect(url)
    counts = {name: value for name, value in asdict(shape).items() if name != "name"}
    await connection.execute(PREPARE)
    await connection.execute(FILL.format(media=MEDIA, config=CONFIG, **counts))
    # Also marks the rows as visible to all, which the first readers would do else.
    await connection.execute("VACUUM ANALYZE")
    rows = await connection.fetch(TARGETS.format(asked=ASKED, **counts))
    await connection.close()
    return [target_of(row) for row in rows]


def target_of(row: asyncpg.Record) -> Target:
    return Target(
        user_id=row["owner_id"],
        token=f"airdate_bench-{row['number']}",
        upload_id=row["upload_id"],
        upload_title=row["title"],
        production_id=row["production_id"],
    )
