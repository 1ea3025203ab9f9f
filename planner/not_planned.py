class NotPlanned(Exception):
    """An operation that is left to graphql-core, whole; the text is the reason, one of few."""
