import pytest
from graphql import build_schema, parse, validate

from client import documents
from server.graphql import build_schema as build

DOCUMENTS = {name: value for name, value in vars(documents).items() if name.isupper()}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_document_fits_the_schema(name):
    schema = build_schema(build(max_depth=15).as_str())
    assert validate(schema, parse(DOCUMENTS[name])) == []
