"""What Apollo Client and urql ask over HTTP when nothing is set."""

from tests.clients.client_process import client_process
from tests.factories import make_token, make_user


async def test_a_query_comes_back_as_json(packages, server, gateways, tokens):
    tokens.good["good"] = await make_token(await make_user("Ada"))
    config = {"http": f"{server}/graphql", "tokens": tokens.url}
    async with client_process("queries.mjs", config) as client:
        await client.has_ended()
    form = "application/graphql-response+json; charset=utf-8"
    assert client.lines == [
        {
            "watch": "apollo",
            "method": "POST",
            "parts": ["extensions", "operationName", "query", "variables"],
            "takesStreams": False,
            "form": form,
        },
        {"watch": "apollo", "data": {"viewer": {"__typename": "Viewer", "name": "Ada"}}},
        {
            "watch": "urql",
            "method": "GET",
            "parts": ["operationName", "query", "variables"],
            "takesStreams": True,
            "form": form,
        },
        {"watch": "urql", "data": {"viewer": {"name": "Ada"}}},
    ]
