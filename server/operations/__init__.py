"""GraphQL operations, whatever transport they came by."""

from server.operations.answer import Answer
from server.operations.caller import Caller
from server.operations.documents import Prepared
from server.operations.operations import Operations
from server.operations.persisted import PersistedOperations
from server.operations.refused import Refused
from server.operations.request import NOTHING, OperationRequest
from server.operations.sink import Running, Sink

__all__ = [
    "NOTHING",
    "Answer",
    "Caller",
    "OperationRequest",
    "Operations",
    "PersistedOperations",
    "Prepared",
    "Refused",
    "Running",
    "Sink",
]
