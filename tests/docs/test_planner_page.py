"""The code of docs/planner.md as it stands: a schema over two tables that have nothing of the product,
answered by Strawberry's own `schema.execute`, with the extension and without."""

import importlib
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import asyncpg
import pytest
from tortoise.context import TortoiseContext

from planner import explain
from tests.statements import statements_sent

PAGE = Path(__file__).parents[2] / "docs" / "planner.md"
FILE = re.compile(r"^```python (\w+)\.py\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SHOWN = re.compile(r'`plan_of\("([^"]*)"\)`:\n\n```text\n(.*?)^```$', re.DOTALL | re.MULTILINE)
DATABASE = "planner_page"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The modules of the page."""
    folder = tmp_path_factory.mktemp("page")
    names = []
    for name, code in FILE.findall(PAGE.read_text()):
        (folder / f"{name}.py").write_text(code)
        names.append(name)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield SimpleNamespace(**{name: importlib.import_module(name) for name in names})
    for name in names:
        del sys.modules[name]


@pytest.fixture(scope="module")
async def database(embedded):
    admin = await asyncpg.connect(embedded.database_url)
    await admin.execute(f"CREATE DATABASE {DATABASE}")
    yield f"{embedded.database_url.rpartition('/')[0]}/{DATABASE}".replace("postgresql:", "asyncpg:").replace(
        "postgres:", "asyncpg:"
    )
    await admin.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
    await admin.close()


class Library:
    """The schema of the page with and without plans, over rows: of five authors one is not listed."""

    def __init__(self, page):
        self.page, self.plain = page, page.library.make_schema()
        self.counts = page.planned.planner.counts
        self.counts.planned = 0
        self.counts.fell_back.clear()
        page.planned.problems.clear()

    async def fill(self):
        author, book = self.page.tables.Author, self.page.tables.Book
        await book.all().delete()
        await author.all().delete()
        for number in range(1, 6):
            await author.create(
                id=number, name=f"Author {number % 3}", is_listed=number != 4, favourite_id=number * 8
            )
            for each in range(number % 4):
                await book.create(
                    id=number * 10 + each,
                    title=f"Book {each}",
                    cents=each * 150,
                    is_published=each != 1,
                    author_id=number,
                )

    async def both(self, document, viewer, **variables):
        """The one answer, and the statements that the plans took."""
        asked = {"variable_values": variables, "context_value": {"viewer": viewer, "currency": "EUR"}}
        expected = await self.plain.execute(document, **asked)
        with statements_sent() as sent:
            found = await self.page.planned.schema.execute(document, **asked)
        assert (found.data, told(found)) == (expected.data, told(expected))
        return found, sent


def told(result):
    return [error.formatted for error in result.errors or []]


@pytest.fixture
async def library(page, database):
    # In each test: a context is the task's that entered it.
    return Library(page)


def opened(database):
    return _Opened(database)


class _Opened:
    def __init__(self, url):
        self._url, self._context = url, TortoiseContext()

    async def __aenter__(self):
        await self._context.__aenter__()
        await self._context.init(db_url=self._url, modules={"models": ["tables"]})
        await self._context.generate_schemas()

    async def __aexit__(self, *raised):
        await self._context.__aexit__(*raised)


ALL = """query ($first: Int, $after: String, $title: String) {
  authors {
    id name initial __typename
    books { id title authorId price summary by credit author { name } }
    favourite { id title author { id } }
    shelf(first: $first, after: $after, title: $title) {
      totalCount nodes { id title } pageInfo { hasNextPage endCursor }
    }
  }
}"""


@pytest.mark.parametrize("viewer", [None, 3, 4])
async def test_plans_answer_as_graphql_core_does(library, database, viewer):
    async with opened(database):
        await library.fill()
        found, sent = await library.both(ALL, viewer, first=1)
        assert found.errors is None
        assert len(found.data["authors"]) == (5 if viewer == 4 else 4)
        assert len(sent) == 3
        cursor = found.data["authors"][0]["shelf"]["pageInfo"]["endCursor"]
        await library.both(ALL, viewer, after=cursor)
        await library.both(ALL, viewer, title="2")
        await library.both('{ book(id: "Book:31") { title author { name } } }', viewer)
        await library.both('{ book(id: "Book:30") { id author { shelf { nodes { price } } } } }', viewer)
        await library.both('{ node(id: "Book:31") { id __typename ... on Book { credit } } }', viewer)
        await library.both('{ a: node(id: "Author:4") { id } b: node(id: "Author:2") { id } }', viewer)
        found, _ = await library.both("{ me { name favourite { id } } }", viewer)
        assert (found.data["me"] is None) == (viewer is None)
        _, sent = await library.both("{ me { id } }", viewer)
        assert sent == []
        assert (library.counts.planned, dict(library.counts.fell_back)) == (9, {})
    assert library.page.planned.problems == []


async def test_a_list_of_lists_is_one_statement(library, database):
    async with opened(database):
        await library.fill()
        found, sent = await library.both("{ authors { name books { title by } } }", 3)
        assert len(found.data["authors"]) == 4
        assert len(sent) == 1


async def test_what_is_not_planned_is_graphql_cores(library, database):
    async with opened(database):
        await library.fill()
        found, _ = await library.both("{ authors { books { reviews } } }", 3)
        assert found.data["authors"][0]["books"][0]["reviews"] == ["I liked Book 0."]
        found, _ = await library.both('{ book(id: "x") { title } }', 3)
        assert found.data == {"book": None}
        await library.both("{ authors { shelf(first: 101) { totalCount } } }", 3)
        await library.both("query ($first: Int!) { authors { shelf(first: $first) { totalCount } } }", 3)
        await library.both("{ nothing }", 3)
        await library.both("{ __schema { queryType { name } } }", 3)
        assert library.counts.planned == 0
        assert dict(library.counts.fell_back) == {
            "Book.reviews says not what it stands on": 1,
            "raised ValueError": 2,
            "variables that do not fit": 1,
            "introspection": 1,
        }
    assert [type(problem) for problem in library.page.planned.problems] == [ValueError, ValueError]


async def test_a_mutation_is_graphql_cores(library, database):
    async with opened(database):
        await library.fill()
        document = 'mutation { renameBook(id: "Book:30", title: "Anew") { book { title by } } }'
        found, _ = await library.both(document, 3)
        assert found.data == {"renameBook": {"book": {"title": "Anew", "by": "Author 0"}}}
        assert library.counts.planned == 0


async def test_an_operation_of_several_is_answered(library, database):
    async with opened(database):
        await library.fill()
        document = "query A { authors { name } } query B { authors { id } }"
        for name in ("A", "B", "A"):
            context = {"viewer": None, "currency": "EUR"}
            asked = {"context_value": context, "operation_name": name}
            found = await library.page.planned.schema.execute(document, **asked)
            assert found.data == (await library.plain.execute(document, **asked)).data
        assert library.counts.planned == 3


async def test_explanations_are_as_shown(library, database):
    shown = SHOWN.findall(PAGE.read_text())
    assert len(shown) == 2
    async with opened(database):
        for document, text in shown:
            assert library.page.explaining.plan_of(document) == text.rstrip("\n")


async def test_every_reason_is_told(library, database):
    async with opened(database):
        document = """{
          authors { books { reviews author { books { reviews } } } shelf { nodes { reviews } } }
          book(id: "Book:1") { reviews }
          motto
          __typename
        }"""
        reason = "Book.reviews says not what it stands on\n  Query.motto says not what it stands on"
        told_all = f"left to graphql-core:\n  {reason}\nstatements: 0"
        assert library.page.explaining.plan_of(document) == told_all
        document = "{ __schema { types { name } } authors { books { reviews } } }"
        assert library.page.explaining.plan_of(document) == told_all.replace(reason, "introspection")
        told_raised = library.page.explaining.plan_of('{ book(id: "x") { title } }')
        assert "raised ValueError: invalid literal for int()" in told_raised
        with pytest.raises(explain.VariablesDoNotFit, match=r"\$id"):
            library.page.explaining.plan_of("query ($id: ID!) { book(id: $id) { title } }")
