"""`airdate explain`, as a person types it."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from server.cli import app
from server.explain import CannotExplain, Question, explain_operations
from tests.factories import id_of, make_production, make_upload, make_user

ROOT = Path(__file__).parents[2]
NESTED = """query Nested($n: Int) {
  viewer { name uploads(first: $n) { nodes { productions { nodes { title } } } } }
}"""
TREE = """\
query Nested, for somebody
size: 5 of 15 deep, 0 of 60 aliases

viewer
  Query.viewer: Viewer: one row of User, by statement 1, by statement 2 where what is usual is not so
    Viewer.uploads: a page of Upload, by statement 1
      Upload.productions: a page of Production, by statement 1
statements: 2

statement 1
  SELECT l0.*, l1.*, l2.k0, l2.k1, l2.k2 IS NOT FALSE
  FROM (
"""


def typed(*arguments, stdin=None, **settings):
    """By a process of its own, as in this one Tortoise is set up already."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AIRDATE_")}
    return subprocess.run(
        [sys.executable, "-m", "server.cli", "explain", *arguments],
        cwd=ROOT,
        env=environment | settings,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


def refusal(*arguments):
    told = CliRunner().invoke(app, ["explain", *arguments], env={"AIRDATE_DATABASE_URL": ""})
    assert (told.exit_code, told.stdout) == (2, "")
    return told.stderr


def asked(document, variables=None, *, is_signed_in=True, **more):
    return explain_operations(Question(document, variables or {}, is_signed_in, 15, **more))


@pytest.mark.slow
def test_a_document_from_standard_input_without_a_database():
    ended = typed("-", "--variables", '{"n": 7}', stdin=NESTED)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith(TREE)
    assert "\n    LIMIT 7\n" in ended.stdout
    assert ended.stdout.endswith("  $6: constant 'PUBLISHER'\n  $7: constant 'OWNER'\n")


def test_what_makes_no_sense_is_told_in_a_line(tmp_path):
    latin = tmp_path / "latin.graphql"
    latin.write_bytes(b"\xff{")
    missing = tmp_path / "missing.graphql"
    assert refusal(f"@{missing}") == f"airdate: cannot read {missing}: No such file or directory\n"
    assert refusal(f"@{latin}") == f"airdate: cannot read {latin}: it is no text in UTF-8\n"
    problem = "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"
    assert refusal("{ x }", "--variables", "{x}") == f"airdate: the variables are no JSON: {problem}\n"
    assert refusal("{ x }", "--variables", "[1]") == "airdate: the variables are no JSON object\n"
    assert refusal("{ x }", "--analyze") == "airdate: set AIRDATE_DATABASE_URL to analyze.\n"
    assert "Invalid value for '--as'" in refusal("{ x }", "--as", "everybody")


@pytest.mark.slow
def test_a_refused_document_is_told_by_the_command(tmp_path):
    document = tmp_path / "viewer.graphql"
    document.write_text("query {")
    ended = typed(f"@{document}")
    assert (ended.returncode, ended.stdout) == (2, "")
    problem = "1:8 Syntax Error: Expected Name, found <EOF>."
    assert ended.stderr == f"airdate: the document is refused:\n  {problem}\n"


@pytest.mark.parametrize(
    ("document", "variables", "problem"),
    [
        ("{ nope }", {}, "the document is refused:\n  1:3 Cannot query field 'nope' on type 'Query'."),
        ("{ viewer", {}, "the document is refused:\n  1:9 Syntax Error: Expected Name, found <EOF>."),
        ("fragment F on User { id }", {}, "the document has no operation"),
        (
            "query Q($id: ID!) { upload(id: $id) { id } }",
            {},
            "the variables do not fit query Q: Variable '$id' has invalid value: Expected",
        ),
        ("{ viewer { id } } query B { viewer { id } }", {}, "the document is refused:\n  1:1 This anonymous"),
    ],
)
async def test_a_wrong_document(gateways, document, variables, problem):
    with pytest.raises(CannotExplain) as raised:
        await asked(document, variables)
    assert str(raised.value).startswith(problem)


async def test_each_operation_is_explained(gateways):
    document = """
      query Seen { productions { totalCount } }
      query Asked { __schema { queryType { name } } productions(after: "x") { nodes { id } } }
      query Wrong { productions(after: "x") { nodes { id } } }
      mutation Made {
        updateUpload(input: {uploadId: "x", title: "y"}) { upload { id productions { nodes { id } } } }
      }
      subscription Live { productionsStatusChanged { __typename } }
    """
    seen, schema, wrong, made, live = (await asked(document, is_signed_in=False)).split("\n\n\n")
    assert seen.startswith("query Seen, for nobody\nsize: 1 of 15 deep, 0 of 60 aliases\n\nproductions\n")
    assert "  Query.productions: a page of Production, counted by statement 1\nstatements: 1\n" in seen
    assert "the viewer" not in seen
    left = "\n\nleft to graphql-core:\n  {}\nstatements: 0"
    assert schema.endswith(left.format("introspection"))
    assert wrong.endswith(left.format("raised BadInput: This cursor does not belong to this list."))
    assert live.endswith(left.format("subscriptions are not planned"))
    assert (
        "\nupdateUpload\n  UpdateUploadPayload.upload: rows just written of Upload, by statement 1\n" in made
    )
    assert "  $1: the keys of the rows above\n" in made


async def test_statements_are_analyzed_for_a_user(gateways, settings):
    user = await make_user()
    upload = await make_upload(user)
    await make_production(user, upload=upload)
    document = (
        "query Q($id: ID!) { upload(id: $id) { title productions { totalCount nodes { renders { id } } } } }"
    )
    question = {"user": user.email.upper(), "database_url": settings.database_url}
    told = await asked(document, {"id": id_of(upload)}, **question)
    assert told.startswith(f"query Q, for {user.email.upper()}\n")
    statements = int(re.search(r"^statements: (\d+)$", told, re.MULTILINE)[1])
    assert statements == 3
    # What is usual was so, and the statement without it not needed.
    assert (told.count("Execution Time: "), told.count("not carried out")) == (2, 1)
    assert "$1: the id that is asked for" in told
    assert "(actual time=" in told

    stranger = await make_user("Eve")
    told = await asked(document, {"id": id_of(upload)}, **question | {"user": stranger.email})
    assert told.count("Execution Time: ") == 1
    assert told.endswith("not carried out")


async def test_a_mutation_is_not_carried_out(gateways, settings):
    upload = await make_upload(await make_user())
    document = f'mutation {{ deleteUpload(input: {{uploadId: "{id_of(upload)}"}}) {{ __typename }} }}'
    told = await asked(document, database_url=settings.database_url)
    assert told.endswith("not analyzed: a mutation is not carried out")
    await upload.refresh_from_db()


async def test_a_user_that_is_not_there(gateways, settings):
    with pytest.raises(CannotExplain, match=r"^no user has the e-mail address eve@example\.org$"):
        await asked("{ __typename }", user="eve@example.org", database_url=settings.database_url)


async def test_the_command_asks_the_database(gateways, settings):
    user = await make_user()
    url = settings.database_url
    arguments = ("{ viewer { name uploads { totalCount } } }", "--user", user.email)
    ended = await asyncio.to_thread(typed, *arguments, AIRDATE_DATABASE_URL=url)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.count("Execution Time: ") == 2


@pytest.mark.slow
def test_a_database_that_is_away():
    ended = typed(
        "{ viewer { name } }", "--analyze", AIRDATE_DATABASE_URL="postgres://nobody@127.0.0.1:1/none"
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("airdate: the database is away: ConnectionRefusedError")
