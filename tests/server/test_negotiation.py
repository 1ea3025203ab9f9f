"""Which form an answer takes, by the `Accept` headers that clients really send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.transport_http.negotiation import OF_ONE_RESULT, STREAMS, Format, chosen_format

JSON, RESPONSE, SSE, MULTIPART = (
    Format.JSON,
    Format.RESPONSE_JSON,
    Format.EVENT_STREAM,
    Format.MULTIPART,
)

# Apollo Client 4.3.8, link/http; urql 6.0.3, fetchOptions; Relay's and graphql-request's examples; browsers.
APOLLO = "application/graphql-response+json,application/json;q=0.9"
APOLLO_SUBSCRIPTION = f"multipart/mixed;boundary=graphql;subscriptionSpec=1.0,{APOLLO}"
APOLLO_3 = "multipart/mixed; deferSpec=20220824, application/json"
URQL = (
    "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, "
    "multipart/mixed"
)
URQL_SUBSCRIPTION = "text/event-stream, multipart/mixed"
CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "of_one_result", "of_a_subscription"),
    [
        (None, JSON, SSE),
        ("", JSON, SSE),
        ("*/*", JSON, SSE),
        (APOLLO, RESPONSE, None),
        (APOLLO_SUBSCRIPTION, RESPONSE, MULTIPART),
        (APOLLO_3, JSON, None),
        (URQL, RESPONSE, SSE),
        (URQL_SUBSCRIPTION, SSE, SSE),
        (CHROME, JSON, SSE),
        ("application/json", JSON, None),
        ("APPLICATION/JSON ; CharSet=UTF-8", JSON, None),
        ("application/json; charset=latin-1", None, None),
        ("application/*", JSON, None),
        ("text/event-stream", SSE, SSE),
        ("text/*", SSE, SSE),
        ('multipart/mixed; subscriptionSpec="1.0", application/json', JSON, MULTIPART),
        ("multipart/mixed;subscriptionSpec=1.0", MULTIPART, MULTIPART),
        ("multipart/mixed", None, None),
        ("multipart/*;subscriptionSpec=1.0", None, None),
        ("text/html, image/*", None, None),
        ("application/json, application/graphql-response+json", JSON, None),
        ("application/json;q=0.8, application/graphql-response+json;q=0.9", RESPONSE, None),
        ("application/graphql-response+json, */*", RESPONSE, SSE),
        ("text/event-stream, application/json", JSON, SSE),
        ("text/event-stream, application/json;q=0.5", SSE, SSE),
        ("application/json;q=0, */*", RESPONSE, SSE),
        ("text/event-stream;q=0, */*", JSON, None),
        ("*/*;q=0", None, None),
        ("application/json;q=0.000", None, None),
        ("application/json;q=2, text/event-stream;q=0.1", SSE, SSE),
        ("application/json;q=many", None, None),
        ('text/plain; note="a, application/json"', None, None),
        (";;, ,=,", None, None),
    ],
)
def test_the_form_that_is_liked_best(accept, of_one_result, of_a_subscription):
    assert chosen_format(accept, OF_ONE_RESULT) is of_one_result
    assert chosen_format(accept, STREAMS) is of_a_subscription


@given(st.text(alphabet=';,="*/q \\', max_size=60))
def test_no_header_is_too_odd_to_be_read(accept):
    assert chosen_format(accept, OF_ONE_RESULT) in {None, *Format}
