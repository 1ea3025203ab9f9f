"""GraphQL operations, whatever transport they came by."""

from server.operations.caller import Caller
from server.operations.documents import Documents
from server.operations.operations import Operations
from server.operations.refused import Refused
from server.operations.request import OperationRequest
from server.operations.sink import Running, Sink

__all__ = ["Caller", "Documents", "OperationRequest", "Operations", "Refused", "Running", "Sink"]
