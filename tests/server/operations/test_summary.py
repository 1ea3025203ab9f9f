from structlog.testing import capture_logs

from planner.planner import Counts
from schema.context import Context
from server.graphql import build_schema
from server.operations import OperationRequest, Operations, PersistedOperations
from server.operations.summary import Summary
from server.trusted_documents import TrustedDocuments
from tests.server.test_persisted_operations import Kept
from tests.waiting import until


def line(planned, **reasons):
    return {
        "event": "reads since the start",
        "log_level": "info",
        "planned": planned,
        "fell_back": sum(reasons.values()),
        "reasons": reasons,
    }


async def test_what_was_counted_is_told_once_a_while():
    counts = Counts(planned=2)
    counts.fell_back["introspection"] += 1
    summary = Summary(counts, every_seconds=0.05)
    with capture_logs() as logged:
        summary.heed()
        summary.heed()
        counts.planned += 1
        assert logged == []
        await until(logged_lines(logged, 1))
        counts.fell_back["introspection"] += 3
        counts.planned += 1
        summary.heed()
        await until(logged_lines(logged, 2))
    assert logged == [line(3, introspection=1), line(4, introspection=4)]


async def test_an_operation_is_told_of(gateways):
    schema = build_schema(max_depth=15)
    operations = Operations(schema, PersistedOperations(Kept(), TrustedDocuments()), tell_every_seconds=0.05)
    with capture_logs() as logged:
        for document in ("{ __typename }", "{ __schema { queryType { name } } }"):
            request = OperationRequest(document)
            prepared = await operations.prepare(request)
            await operations.execute(prepared, request, Context(gateways, "http://test", "request"))
        await until(logged_lines(logged, 1))
    assert logged == [line(1, introspection=1)]


def logged_lines(logged, most):
    async def are_there():
        return len(logged) >= most

    return are_there
