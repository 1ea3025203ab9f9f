"""A hundred thousand rows a table, in a database of their own, made by PostgreSQL itself within seconds.

Users: 1 owns a fifth of everything, 2 a few, 3 nothing and is a member of nothing, 4 is a member of half of
the spaces, the others share the rest.
"""

from uuid import UUID

from services.viewer import ANONYMOUS, Viewer

SPACES = 2000


def row_id(table: int, number: int) -> UUID:
    """Ids ascend with the numbers, as those of UUIDv7 do with time."""
    return UUID(int=(table << 96) | number)


USER, SPACE, UPLOAD, PRODUCTION, PUBLICATION, MEMBER, RENDER = range(1, 8)

VIEWERS = {
    "nobody": ANONYMOUS,
    "owner of many": Viewer(row_id(USER, 1)),
    "owner of few": Viewer(row_id(USER, 2)),
    "stranger": Viewer(row_id(USER, 3)),
    "member of many": Viewer(row_id(USER, 4)),
}

FUNCTIONS = """
CREATE FUNCTION pg_temp.row_id(kind int, number bigint) RETURNS uuid IMMUTABLE LANGUAGE sql AS
$$ SELECT (lpad(to_hex(kind), 8, '0') || lpad(to_hex(number), 24, '0'))::uuid $$;
CREATE FUNCTION pg_temp.moment(number bigint) RETURNS timestamptz IMMUTABLE LANGUAGE sql AS
$$ SELECT timestamptz '2026-01-01Z' + number * interval '10 s' $$;
CREATE FUNCTION pg_temp.spread(number bigint, wide bigint) RETURNS bigint IMMUTABLE LANGUAGE sql AS
$$ SELECT (number * 2654435761) % 4294967296 % wide $$;
CREATE FUNCTION pg_temp.owner_of(number bigint, rows bigint) RETURNS uuid IMMUTABLE LANGUAGE sql AS
$$ SELECT pg_temp.row_id(1, CASE WHEN number % 5 = 0 THEN 1 WHEN number % (rows / 20) = 1 THEN 2
    ELSE 5 + pg_temp.spread(number, rows / 200) END) $$;
CREATE FUNCTION pg_temp.upload_of(number bigint) RETURNS bigint IMMUTABLE LANGUAGE sql AS
$$ SELECT CASE WHEN number % 20 = 0 THEN 5 ELSE number END $$;
CREATE FUNCTION pg_temp.title_of(number bigint) RETURNS text IMMUTABLE LANGUAGE sql AS
$$ SELECT 'Title ' || pg_temp.spread(number, 100000) ||
    CASE WHEN number % 1000 = 5 THEN ' rare' ELSE '' END $$;
"""

USERS = """
INSERT INTO users (id, email, name, created_at)
SELECT pg_temp.row_id(1, n), 'user' || n || '@example.org', 'User ' || n, pg_temp.moment(n)
FROM generate_series(1, 5 + {rows} / 200) n
"""
# In an open world a tenth of the spaces is PUBLIC; in a closed one three, where a few old things are shown.
SPACE_ROWS = """
INSERT INTO spaces (id, slug, name, description, visibility, created_at, updated_at)
SELECT pg_temp.row_id(2, n), 'space-' || n, 'Space ' || n, '',
    CASE WHEN {public} THEN 'PUBLIC' ELSE 'MEMBERS' END, pg_temp.moment(n), pg_temp.moment(n)
FROM generate_series(1, {spaces}) n
"""
MEMBERS = """
INSERT INTO space_members (id, space_id, user_id, role, created_at)
SELECT pg_temp.row_id(6, s * 10000 + m), pg_temp.row_id(2, s),
    pg_temp.row_id(1, 5 + (s * 37 + m) % ({rows} / 200)),
    CASE m WHEN 0 THEN 'OWNER' WHEN 1 THEN 'PUBLISHER' ELSE 'VIEWER' END, pg_temp.moment(s * 10 + m)
FROM generate_series(1, {spaces}) s, generate_series(0, CASE WHEN s = 4 THEN {rows} / 200 - 1 ELSE 9 END) m
UNION ALL
SELECT pg_temp.row_id(6, s * 10000 + 9999), pg_temp.row_id(2, s), pg_temp.row_id(1, 4),
    CASE WHEN s % 20 = 0 THEN 'PUBLISHER' ELSE 'VIEWER' END, pg_temp.moment(s * 10)
FROM generate_series(2, {spaces}, 2) s
UNION ALL
SELECT pg_temp.row_id(6, s * 10000 + 9998), pg_temp.row_id(2, s), pg_temp.row_id(1, s % 2 + 1), 'OWNER',
    pg_temp.moment(s * 10)
FROM generate_series(5, 14) s
"""
UPLOADS = """
INSERT INTO uploads (id, owner_id, kind, title, filename, content_type, byte_size, status, source_key, media,
    expires_at, attempts, created_at, updated_at)
SELECT pg_temp.row_id(3, n), pg_temp.owner_of(n, {rows}), CASE WHEN n % 50 = 0 THEN 'IMAGE' ELSE 'VIDEO' END,
    pg_temp.title_of(n), 'clip.mp4', 'video/mp4', 1000,
    CASE WHEN n % 100 = 5 THEN 'REJECTED' ELSE 'READY' END, 't/uploads/' || n || '/source.mp4',
    '{{"duration_ms": 5312, "width": 1280, "height": 720, "frame_rate": "25"}}', pg_temp.moment(n), 1,
    pg_temp.moment(n), pg_temp.moment(n)
FROM generate_series(1, {rows}) n
"""
PRODUCTIONS = """
INSERT INTO productions (id, owner_id, upload_id, title, config, status, progress_percent, sequence,
    current_render_number, playable_render_number, created_at, updated_at)
SELECT pg_temp.row_id(4, n), pg_temp.owner_of(pg_temp.upload_of(n), {rows}),
    pg_temp.row_id(3, pg_temp.upload_of(n)), pg_temp.title_of(n),
    '{{"trim": null, "outputs": {{"mp4": true, "max_height": 1080}}, "lower_thirds": [], "captions": []}}',
    CASE WHEN n % 100 = 5 THEN 'FAILED' ELSE 'COMPLETED' END, 100, 2, 1, 1, pg_temp.moment(n),
    pg_temp.moment(n)
FROM generate_series(1, {rows}) n
"""
# A tenth of all in space 4, one in four in none.
PUBLICATIONS = """
INSERT INTO publications (id, space_id, production_id, status, sequence, published_at, created_at, updated_at)
SELECT pg_temp.row_id(5, n), pg_temp.row_id(2, space), pg_temp.row_id(4, n),
    (ARRAY['WAITING', 'SCHEDULED', 'WITHDRAWN', 'LIVE', 'LIVE', 'LIVE', 'LIVE', 'LIVE', 'LIVE', 'LIVE'])
        [1 + n / 4 % 10],
    1, pg_temp.moment(n), pg_temp.moment(n), pg_temp.moment(n)
FROM (
    SELECT n, CASE WHEN n <= 30 THEN n % 3 + 1 WHEN n % 10 = 0 THEN 4
        ELSE 4 + pg_temp.spread(n, {spaces} - 3) END AS space
    FROM generate_series(1, {rows}) n WHERE n % 4 > 0
) placed
"""
RENDERS = """
INSERT INTO renders (id, production_id, number, status, config, output_prefix, progress_percent,
    job_retry_count, warnings, outputs, attempts, created_at)
SELECT pg_temp.row_id(7, n * 100 + k), pg_temp.row_id(4, n), k, 'COMPLETED', '{{}}',
    't/p/' || n || '/r/' || k, 100, 0, '[]', '[]', 1, pg_temp.moment(n)
FROM generate_series(1, {rows}) n, generate_series(1, CASE WHEN n % 10 = 0 THEN 2 ELSE 1 END) k
"""
LOG = """
INSERT INTO status_events (kind, subject_id, sequence, data, occurred_at)
SELECT 'PRODUCTION_STATUS', pg_temp.row_id(4, n), k,
    '{{"previousStatus": null, "status": "QUEUED", "cause": "made"}}', pg_temp.moment(n)
FROM generate_series(1, {rows}) n, generate_series(1, 2) k
"""
STEPS = """
INSERT INTO render_steps (production_id, render_number, after_sequence, kind, status, cause, occurred_at)
SELECT pg_temp.row_id(4, n), 1, 1, 'SUBMITTED', 'QUEUED', 'submitted', pg_temp.moment(n)
FROM generate_series(1, {rows}) n
"""
ROWS = (USERS, SPACE_ROWS, MEMBERS, UPLOADS, PRODUCTIONS, PUBLICATIONS, RENDERS, LOG, STEPS)


def statements(rows: int, *, is_open: bool) -> list[str]:
    """What makes the world, in order, one statement each but for the first."""
    public = "n <= 3 OR n % 10 = 0" if is_open else "n <= 3"
    made = [statement.format(rows=rows, spaces=SPACES, public=public) for statement in ROWS]
    return [FUNCTIONS, *made, "VACUUM ANALYZE"]
