"""GraphQL over HTTP: what is asked, in which form it is answered, and answers that go on (SSE, multipart).

It knows nothing of Airdate; `server/graphql_view.py` does.
"""
