"""What goes over Tryton's wire: its JSON, the records that are read, its refusals."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Generic, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from connectors.common import Response
from domain.ids import ExternalId
from ports.failures import Absent, ConnectorFailure, Misconfigured, Rejected, Unreachable

SYSTEM = "tryton"
MODEL = "account.invoice"
Values = Mapping[str, Any]
_MOMENT_PARTS = ("year", "month", "day", "hour", "minute", "second", "microsecond")
_ISO = "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{microsecond:06}"
_REFUSALS = {
    401: "Tryton does not know this user and password",
    403: "the user may not call this: activate modules",
    404: "there is no such database, or no Tryton",
}
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


def decimal(amount: Decimal) -> Values:
    return {"__class__": "Decimal", "decimal": f"{amount:f}"}


def day(value: date) -> Values:
    return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}


def moment(value: datetime) -> Values:
    """A moment as Tryton keeps it: in UTC, and silent about it."""
    parts = value.astimezone(UTC)
    return {"__class__": "datetime", **{part: getattr(parts, part) for part in _MOMENT_PARTS}}


def _decoded(value: object) -> object:
    match value:
        case {"__class__": "Decimal", "decimal": amount}:
            return amount
        case {"__class__": "date", "year": year, "month": month, "day": day_of_month}:
            return date(year, month, day_of_month)
        case dict() if value.get("__class__") == "datetime":
            return datetime.fromisoformat(_ISO.format_map(value)).replace(tzinfo=UTC)
    return value


def _blank(value: object) -> object:
    return "" if value is None else value


Exact = Annotated[Decimal, BeforeValidator(_decoded)]
Day = Annotated[date, BeforeValidator(_decoded)]
Moment = Annotated[datetime, BeforeValidator(_decoded)]
Text = Annotated[str, BeforeValidator(_blank)]


def number_of(id: ExternalId) -> int:
    """Tryton's own id. Raises Absent for what cannot be one."""
    if not (id.isdecimal() and id.isascii()):
        raise Absent(SYSTEM, f"there is no record {id} in Tryton")
    return int(id)


class Wire(BaseModel):
    """A part of an answer; what we did not ask for is left aside."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    @classmethod
    def reads(cls) -> Iterator[str]:
        """The fields to ask for: all that are here, with those of related records."""
        for name, known in cls.model_fields.items():
            kinds = (known.annotation, *get_args(known.annotation))
            related = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Wire)]
            yield from (f"{name}.{field}" for field in related[0].reads()) if related else (name,)


class Row(Wire):
    """A record of a model of Tryton's. Its id is a number; ours are text."""

    model: ClassVar[str]
    id: int


R = TypeVar("R", bound=Row)


class Rows(Wire, Generic[R]):
    """Records of one model, as they are answered."""

    result: list[R]

    @classmethod
    def row(cls) -> type[R]:
        kind: type[R] = get_args(cls.model_fields["result"].annotation)[0]
        return kind


class Reply(Wire):
    """What every answer is: a result, or an error whose first word is its class."""

    error: list[Any] = []


class Created(Wire):
    """The ids of what was created."""

    result: list[int] = Field(min_length=1)


class Opened(Wire):
    """A wizard's session, its first step and its last."""

    result: tuple[int, str, str]


class _Preferences(Wire):
    company: int | None = None


class Mine(Wire):
    """What the signed-in user works for."""

    result: _Preferences


class _Group(Wire):
    kind: str = "both"


class Tax(Row):
    """A tax of the company. What it was invoiced and credited on are accounts."""

    model: ClassVar = "account.tax"
    name: str
    description: Text = ""
    type: str
    rate: Exact | None = None
    invoice_account: int | None = None
    credit_note_account: int | None = None
    childs: tuple[int, ...] = ()
    group: _Group | None = Field(None, alias="group.")

    @property
    def is_for_sales(self) -> bool:
        """A percentage on its own: what a tax of several parts comes to, only Tryton knows."""
        sells = self.group is None or self.group.kind in {"sale", "both"}
        return sells and self.type == "percentage" and not self.childs

    @property
    def percent(self) -> Decimal:
        return (self.rate or Decimal(0)) * 100


class Currency(Row):
    """A currency that the company may use."""

    model: ClassVar = "currency.currency"
    code: str


class LedgerAccount(Row):
    """An account of the company's chart."""

    model: ClassVar = "account.account"


class Customer(Row):
    """A party as invoices to it need to know it."""

    model: ClassVar = "party.party"
    addresses: tuple[int, ...] = ()
    account_receivable: int | None = None


class Journal(Row):
    """Where moves are entered."""

    model: ClassVar = "account.journal"


class _Named(Wire):
    rec_name: str


class Company(Row):
    """The company, and what it keeps its books in."""

    model: ClassVar = "company.company"
    rec_name: str
    currency: _Named = Field(alias="currency.")


class Defaults(Row):
    """The accounts that serve where a party or product has none of its own."""

    model: ClassVar = "account.configuration"
    default_account_receivable: int | None = None
    default_category_account_revenue: int | None = None


class _Move(Wire):
    id: int
    origin: Text = ""


class Line(Wire):
    """A line of the books on the customer's account: owed, or set against what is owed."""

    id: int
    debit: Exact = Decimal(0)
    credit: Exact = Decimal(0)
    amount_second_currency: Exact | None = None
    second_currency: int | None = None
    maturity_date: Day | None = None
    reconciliation: int | None = None
    write_date: Moment | None = None
    move: _Move = Field(alias="move.")

    def in_currency(self, currency: int, *, is_home: bool) -> Decimal:
        """How much less the customer owes by it; an exchange difference is nothing to them."""
        if is_home:
            return self.credit - self.debit
        if self.second_currency == currency and self.amount_second_currency:
            return -self.amount_second_currency
        return Decimal(0)

    @property
    def is_of_a_credit_note(self) -> bool:
        return self.move.origin.startswith(f"{MODEL},") and self.credit > 0


class Asked(Exception):
    """Tryton did nothing yet: it asks its user to confirm. `name` is the question's own."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__(words)
        self.name = name
        self.words = words

    @property
    def is_harmless(self) -> bool:
        return self.name.partition(".")[2] in _HARMLESS


def explain(answer: Response) -> ConnectorFailure | None:
    """A refusal by status: its page is for people, so the sentence is ours."""
    said = _REFUSALS.get(answer.status)
    return Misconfigured(answer.system, f"{answer.status} {said}") if said else None


def explain_reply(answer: Response) -> None:
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
