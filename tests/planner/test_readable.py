from planner.readable import readable

SQL = (
    'SELECT l0.*, l1.* FROM (SELECT t0."id" AS k0 FROM "users" AS t0 WHERE ("t0"."id"=$1 AND '
    '"t0"."name"<>\'it\'\'s (SELECT 1) AND more\') ORDER BY t0."id" DESC LIMIT 3) AS l0 LEFT JOIN LATERAL '
    '(SELECT count(*) AS k0 FROM "posts" AS t0 WHERE (EXISTS(SELECT 1 FROM "read" WHERE "a"=$2 OFFSET 0)) '
    'AND t0."user_id" = l0.k0) AS l1 ON true'
)
LAID_OUT = """\
SELECT l0.*, l1.*
FROM (
  SELECT t0."id" AS k0
  FROM "users" AS t0
  WHERE ("t0"."id"=$1 AND "t0"."name"<>'it''s (SELECT 1) AND more')
  ORDER BY t0."id" DESC
  LIMIT 3
) AS l0
LEFT JOIN LATERAL (
  SELECT count(*) AS k0
  FROM "posts" AS t0
  WHERE (EXISTS(
    SELECT 1
    FROM "read"
    WHERE "a"=$2
    OFFSET 0
  ))
    AND t0."user_id" = l0.k0
) AS l1 ON true"""
UNION = "(WITH near AS MATERIALIZED (SELECT 1 LIMIT 2) SELECT key FROM near UNION ALL (SELECT 2 AND 3))"
UNION_LAID_OUT = """\
(
  WITH near AS MATERIALIZED (
    SELECT 1
    LIMIT 2
  )
  SELECT key
  FROM near
  UNION ALL (
    SELECT 2
      AND 3
  )
)"""


def test_a_clause_a_line():
    assert readable(SQL) == LAID_OUT
    assert readable(UNION) == UNION_LAID_OUT


def test_no_word_is_changed():
    for sql in (SQL, UNION):
        assert "".join(readable(sql).split()) == "".join(sql.split())
