"""The failures that Tryton's responses mean. Most of its refusals come as a success."""

from connectors.common import Response
from connectors.tryton.models.error import Reply
from ports.failures import ConnectorFailure, Misconfigured, Rejected, Unreachable

_WAYS_OUT = {
    401: "Tryton does not know this user and password",
    403: "the user may not call this: activate modules",
    404: "there is no such database, or no Tryton",
}
# We confirm these: dates and taxes are as the contract has them, and Tryton itself looks up a VAT
# number that nobody has looked up yet.
_HARMLESS = frozenset(
    {
        "invoice_date_future",
        "invoice_payment_term",
        "invoice_taxes",
        "account.invoice eu_vat valid",
    }
)


class Question(Exception):
    """Tryton did nothing yet: it asks its user to confirm. `name` is the name of the warning."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name
        self.text = text

    @property
    def is_harmless(self) -> bool:
        return self.name.partition(".")[2] in _HARMLESS


def explain(response: Response) -> ConnectorFailure | None:
    """Return the failure that a status means; the reason is ours, since the body is HTML."""
    reason = _WAYS_OUT.get(response.status)
    return Misconfigured(response.system, f"{response.status} {reason}") if reason else None


def require_result(response: Response) -> None:
    """Raise the failure that a reply with status 200 contains.

    Tryton rolls everything back before it sends an error of a known class.
    """
    match response.read(Reply).error:
        case []:
            return
        case ["UserError", [text, *_]]:
            raise Rejected(response.system, response.reason(str(text)))
        case ["UserWarning", [name, text, *_]]:
            raise Question(str(name), response.reason(str(text)))
        case ["ConcurrencyException", *_]:
            raise Unreachable(response.system, "somebody changed the same record: nothing was done")
        case ["LoginException", *_]:
            raise Misconfigured(response.system, "the user needs more than a password to sign in")
        case unknown:
            raise response.lost(response.reason(f"an error inside Tryton: {unknown[0]}"))
