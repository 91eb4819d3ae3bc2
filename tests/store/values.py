"""Values that are short to write, and the trail as plain rows."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from psycopg import connect
from psycopg.rows import dict_row

from domain.baseline import Baseline
from domain.charge import Charge, Source
from domain.claim import Claim, ClaimedBill, Proof, Settlement
from domain.effect import EffectKey, EffectKind, IdempotencyPolicy, Receipt, Strategy
from domain.ids import ChargeId, CustomerKey, DealId, ExternalId, LineId, Subject
from domain.money import Money
from ports.billing_ledger import CreditOnRecord
from ports.effect_ledger import Intent
from store.audit import entry_of
from store.database import plain_url
from tests.actors import GRACE

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
OPERATION_TIMEOUT = timedelta(seconds=30)
SETTLE = timedelta(seconds=10)
AT_ONCE = timedelta(0)
"""No time at all: whatever takes it is over when it has begun."""
DRAFT = IdempotencyPolicy(strategy=Strategy.DRAFT, settle_time=SETTLE)
SETTLED_DRAFT = IdempotencyPolicy(strategy=Strategy.DRAFT)
UPSERT = IdempotencyPolicy(strategy=Strategy.UPSERT)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def deal(name: str) -> DealId:
    return DealId(f"hubspot:{name}")


def intent(
    name: str,
    *,
    kind: str = "erp.invoice",
    digest: str = "d1",
    part: str = "",
    account: tuple[str, str] = ("xero", "books"),
) -> Intent:
    system, tenant = account
    return Intent(
        key=EffectKey(
            system=system,
            tenant=tenant,
            kind=EffectKind(kind),
            subject=Subject(deal(name) + part),
        ),
        deal=deal(name),
        digest=digest,
        workflow=f"deal:{deal(name)}",
        run="run-1",
    )


def made(id: str, **parts: str) -> Receipt:
    keyed = {key: ExternalId(value) for key, value in parts.items()}
    return Receipt(id=ExternalId(id), url=f"https://vendor.example/{id}", parts=keyed)


def eur(amount: str | int) -> Money:
    return Money.of(amount, "EUR")


def charge(id: str, net: str | int = 100) -> Charge:
    return Charge(
        id=ChargeId(id),
        line=LineId(id),
        description=f"Phase {id}",
        quantity=Decimal(1),
        unit_price=eur(net).amount,
        net=eur(net),
        due=date(2027, 4, 1),
        source=Source(system="hubspot", id="1", version="1"),
    )


def baseline(name: str, value: str | int = 1000, *, charges: int = 3) -> Baseline:
    return Baseline(
        deal=deal(name),
        customer=CustomerKey("sk-36421928"),
        value=eur(value),
        charges=tuple(charge(f"m{number}") for number in range(1, charges + 1)),
    )


def bill(name: str, charge: str, net: str | int, revision: int = 1) -> ClaimedBill:
    return bill_of(name, charge, {charge: net}, revision)


def bill_of(
    name: str, key: str, charges: Mapping[str, str | int], revision: int = 1
) -> ClaimedBill:
    return ClaimedBill(
        subject=Subject(f"{deal(name)}:{key}:r{revision}"),
        deal=deal(name),
        key=key,
        revision=revision,
        claims=tuple(
            Claim(charge=ChargeId(each), revision=1, net=eur(net)) for each, net in charges.items()
        ),
    )


def settled(paid: str | int, credited: str | int = 0) -> Settlement:
    return Settlement(paid=eur(paid), credited=eur(credited))


def credit(key: str, net: str | int, *charges: str) -> CreditOnRecord:
    return CreditOnRecord(
        subject=Subject(key), net=eur(net), charges=tuple(map(ChargeId, charges)), by=GRACE
    )


def proof(document: str, net: str | int, tax: str | int = 0) -> Proof:
    return Proof(
        document=ExternalId(document),
        number=f"INV-{document}",
        issued_on=date(2027, 3, 1),
        net=eur(net),
        tax=eur(tax),
        gross=eur(net) + eur(tax),
    )


def trail(url: str, of: EffectKey | str) -> list[dict[str, Any]]:
    """The audit entries of one thing, oldest first."""
    kind, key = (of.kind, of.subject) if isinstance(of, EffectKey) else (None, of)
    with connect(plain_url(url), row_factory=dict_row) as connection:
        found = connection.execute("select * from audit_trail order by id").fetchall()
    return [
        row
        for row in found
        if entry_of(row).key == key and kind == (row["entity"] if "." in row["entity"] else None)
    ]
