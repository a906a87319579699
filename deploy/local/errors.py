"""What goes wrong with the local stack."""


class StackError(Exception):
    """The stack cannot go on; the message says what failed, why, and how to mend it."""
