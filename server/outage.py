import asyncpg
from tortoise.exceptions import DBConnectionError

# PostgreSQL, appendix A: connection exceptions (08), insufficient resources (53), operator intervention (57:
# it shuts down, starts, or has ended a session or statement), and what is read-only while another takes over.
OUTAGES: tuple[type[BaseException], ...] = (
    ConnectionError,
    TimeoutError,
    DBConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,
)


def is_outage(error: BaseException | None) -> bool:
    """Whether it, or what it came from, says that something we need is away for a while: then neither the
    client nor we have made a mistake, and the same again later will do."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, OUTAGES):
            return True
        seen.add(id(error))
        error = getattr(error, "original_error", None) or error.__cause__ or error.__context__
    return False
