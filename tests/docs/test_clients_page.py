"""Every block of code of docs/clients.md is a file that a driver runs, and its documents fit the schema."""

import re
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from tests.clients.page import BLOCK, PAGE, blocks

ROOT = Path(__file__).parents[2]
CLIENTS = ROOT / "tests" / "clients"
DRIVERS = "\n".join(path.read_text() for path in (*CLIENTS.glob("*.mjs"), *CLIENTS.glob("*.py")))


def test_every_block_of_code_has_a_name_of_its_own() -> None:
    told = BLOCK.findall(PAGE.read_text())
    assert PAGE.read_text().count("```") == 2 * len(told)
    assert [language for language, _, _ in told if language not in ("js", "python")] == []
    assert len(blocks()) == len(told)
    assert "" not in blocks()


@pytest.mark.parametrize("name", blocks())
def test_a_block_is_run(name: str) -> None:
    """By a driver, or by a block that one runs."""
    module = name.removesuffix(".py")
    used = re.compile(rf'"\./(page/)?{re.escape(name)}"|^import {module} as ', re.MULTILINE)
    others = "\n".join(code for other, code in blocks().items() if other != name)
    assert used.search(DRIVERS) or used.search(others)


def test_the_documents_fit_the_schema() -> None:
    schema = build_schema((ROOT / "schema.graphql").read_text())
    documents = re.findall(r"\bsubscription [^`\"]*", "\n".join(blocks().values()))
    assert len(documents) == 2
    for document in documents:
        assert validate(schema, parse(document)) == []
