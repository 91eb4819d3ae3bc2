"""Compares what the CRM says of a deal now with the agreed revision of its contract."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from domain.contract import Contract, quote_of
from domain.deal import Deal, QuoteLine, SlaMetric
from domain.ids import ChargeId, MilestoneKey
from domain.money import Money
from domain.tax import TaxClass
from domain.value import Value

STAGE = "stage"
_TERMS = frozenset(
    {
        *("is_won", "value", "lines", "discount", "milestones", "owner", "account"),
        *("payment_terms", "tax_class", "start", "end", "scope", "template", "sla"),
    }
)


class TermChange(Value):
    """A term that the CRM has otherwise than it was agreed, and the charges that it touches."""

    field: str
    agreed: str
    found: str
    charges: tuple[ChargeId, ...] = ()

    def __str__(self) -> str:
        return f"{self.field}: agreed {self.agreed or 'nothing'}, now {self.found or 'nothing'}"


def difference(contract: Contract, deal: Deal) -> tuple[TermChange, ...]:
    """Return every term that differs. What decides a price touches all charges."""
    charges = tuple(charge.id for charge in contract.charges)
    return (
        *_stage(deal, charges),
        *_prices(contract, deal, charges),
        *_lines(contract.quote, quote_of(deal), charges),
        *_plan(contract, deal),
        *_delivery(contract, deal),
    )


def terms_digest(deal: Deal) -> str:
    """Return a digest of all that `difference` may find: equal while nothing changed."""
    return hashlib.sha256(deal.model_dump_json(include=set(_TERMS)).encode()).hexdigest()[:16]


def _stage(deal: Deal, charges: tuple[ChargeId, ...]) -> Iterator[TermChange]:
    if not deal.is_won:
        yield TermChange(field=STAGE, agreed="won", found="not won", charges=charges)


def _prices(contract: Contract, deal: Deal, charges: tuple[ChargeId, ...]) -> Iterator[TermChange]:
    account = deal.account
    tax_class = next((line.tax_class for line, *_ in contract.milestones()), None)
    compared = (
        ("amount", contract.value, deal.value),
        ("company", contract.account.name, account.name if account else None),
        ("company's number", contract.customer, account.customer_key if account else None),
        ("payment terms", contract.payment_terms, deal.payment_terms),
        ("tax class", tax_class, deal.tax_class or TaxClass.STANDARD),
    )
    yield from _differing(compared, charges)


def _delivery(contract: Contract, deal: Deal) -> Iterator[TermChange]:
    compared = (
        ("owner", contract.owner, deal.owner),
        ("start", contract.start, deal.start),
        ("end", contract.end, deal.end),
        ("scope", contract.scope, deal.scope),
        ("template", contract.template, deal.template),
        ("sla", _service_levels(contract.sla), _service_levels(deal.sla)),
    )
    yield from _differing(compared, ())


def _differing(
    compared: tuple[tuple[str, object, object], ...], charges: tuple[ChargeId, ...]
) -> Iterator[TermChange]:
    for field, agreed, found in compared:
        if agreed != found:
            yield TermChange(field=field, agreed=_text(agreed), found=_text(found), charges=charges)


def _lines(
    agreed: tuple[QuoteLine, ...], found: tuple[QuoteLine, ...], charges: tuple[ChargeId, ...]
) -> Iterator[TermChange]:
    before, now = ({line.id: line for line in lines} for lines in (agreed, found))
    for id_ in before | now:
        texts = [_quoted(lines[id_]) if id_ in lines else "" for lines in (before, now)]
        if texts[0] != texts[1]:
            yield TermChange(field="line", agreed=texts[0], found=texts[1], charges=charges)


def _plan(contract: Contract, deal: Deal) -> Iterator[TermChange]:
    """Compare milestones by name; a renamed one is one that went and one that came."""
    before = {
        arrangement.milestone: _milestone(line.name, arrangement.share, value, arrangement.due)
        for line, arrangement, value in contract.milestones()
    }
    now = {
        each.key: _milestone(each.name, each.share, each.amount, each.due)
        for each in deal.milestones
    }
    for key in before | now:
        agreed, found = before.get(key, ""), now.get(key, "")
        if agreed != found:
            touched = _charges_of(contract, key)
            yield TermChange(field="milestone", agreed=agreed, found=found, charges=touched)


def _charges_of(contract: Contract, key: MilestoneKey) -> tuple[ChargeId, ...]:
    milestones = {line.id: arrangement.milestone for line, arrangement, _ in contract.milestones()}
    return tuple(c.id for c in contract.charges if milestones.get(c.line) == key)


def _milestone(name: str, share: Decimal | None, amount: Money | None, due: date | None) -> str:
    part = f"{share.normalize():f} %" if share is not None else str(amount)
    return f"{name!r} for {part}, {due or 'on acceptance'}"


def _quoted(line: QuoteLine) -> str:
    unit = f" {line.unit}" if line.unit else ""
    kind = f", {line.cost_type}" if line.cost_type else ""
    return f"{line.name!r}, {line.quantity.normalize():f}{unit} for {line.amount}{kind}"


def _service_levels(metrics: Sequence[SlaMetric]) -> str:
    return ", ".join(" ".join(filter(None, (m.metric, m.target, m.penalty))) for m in metrics)


def _text(value: object) -> str:
    return "" if value is None else str(value)
