"""What the README tells is so: its documents fit the schema, its settings are the settings."""

import re
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from server.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
DOCUMENTS = re.findall(r"```graphql\n(.*?)```", README, re.DOTALL)
# Which the README leaves to those who read server/settings.py: a prefix of channel names.
UNTOLD = {"AIRDATE_BUS_PREFIX"}


def test_there_are_documents() -> None:
    assert len(DOCUMENTS) == 3


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_fits_the_schema(document: str) -> None:
    schema = build_schema((ROOT / "schema.graphql").read_text())
    assert validate(schema, parse(document)) == []


def test_every_setting_is_told() -> None:
    told = set(re.findall(r"AIRDATE_[A-Z0-9_]+", README))
    assert told | UNTOLD == {f"AIRDATE_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", README))
def test_a_link_leads_somewhere(link: str) -> None:
    assert (ROOT / link).exists()
