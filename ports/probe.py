"""The result of checking a connection."""

from domain.value import Value


class Probe(Value):
    """A working connection: its account, who we are there, and its problems.

    `problems` says what a person must still do, one sentence each; empty when all is well.
    """

    system: str
    account: str
    identity: str
    problems: tuple[str, ...] = ()
