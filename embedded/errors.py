"""What the embedded world says when it cannot go on."""


class EmbeddedError(Exception):
    """One line for the person at the terminal: what failed, and what to do or read."""
