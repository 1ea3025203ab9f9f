"""Finding, locking and paging rows."""
