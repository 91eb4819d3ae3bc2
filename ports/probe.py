"""What a connection says about itself when asked."""

from domain.value import Value


class Probe(Value):
    """A working connection: which account it is, as whom we are in, and what is wanting.

    `wanting` names what a person must still do, one sentence each; empty when all is well.
    """

    system: str
    account: str
    identity: str
    problems: tuple[str, ...] = ()
