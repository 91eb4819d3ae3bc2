"""What Tryton's refusals mean. Most come with status 200, told apart by their class alone."""

from connectors.kit import Answer
from connectors.tryton.wire import Reply
from ports.failures import ConnectorFailure, Misconfigured, Rejected, Unreachable

# What a person would be asked to confirm, and would: dates and taxes are as the contract has them,
# and a VAT number that nobody has looked up yet is looked up by Tryton itself in time.
_HARMLESS = frozenset(
    {
        "invoice_date_future",
        "invoice_payment_term",
        "invoice_taxes",
        "account.invoice eu_vat valid",
    }
)


class Asked(Exception):
    """Tryton did nothing yet: it asks its user to confirm. `name` is the question's own."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__(words)
        self.name = name
        self.words = words

    @property
    def is_harmless(self) -> bool:
        return self.name.partition(".")[2] in _HARMLESS


def explain(answer: Answer) -> ConnectorFailure | None:
    """A refusal by status: its page is for people, so the sentence is ours."""
    match answer.status:
        case 401:
            return Misconfigured(answer.system, "401 Tryton does not know this user and password")
        case 403:
            return Misconfigured(answer.system, "403 the user may not call this: activate modules")
        case 404:
            return Misconfigured(answer.system, "404 there is no such database, or no Tryton")
        case _:
            return None


def explain_reply(answer: Answer) -> None:
    """Raises what a reply with status 200 says went wrong, if it does.

    Each of the known classes is told after Tryton rolled everything back.
    """
    match answer.read(Reply).error:
        case []:
            return
        case ["UserError", [words, *_]]:
            raise Rejected(answer.system, answer.reason(str(words)))
        case ["UserWarning", [name, words, *_]]:
            raise Asked(str(name), answer.reason(str(words)))
        case ["ConcurrencyException", *_]:
            raise Unreachable(answer.system, "somebody changed the same record: nothing was done")
        case ["LoginException", *_]:
            raise Misconfigured(answer.system, "the user needs more than a password to sign in")
        case unknown:
            raise answer.lost(answer.reason(f"an error inside Tryton: {unknown[0]}"))
