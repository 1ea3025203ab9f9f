"""GraphQL operations, whatever transport they came by."""

from server.operations.request import OperationRequest
from server.operations.sink import Running, Sink

__all__ = ["OperationRequest", "Running", "Sink"]
