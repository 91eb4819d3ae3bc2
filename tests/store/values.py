"""Values that are short to write, and the trail as plain rows."""

from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import connect
from psycopg.rows import dict_row

from domain.baseline import Baseline
from domain.claim import Claim, Proof
from domain.effect import EffectKey, EffectKind, IdempotencyPolicy, Receipt, Strategy
from domain.ids import ChargeId, CustomerKey, DealId, ExternalId, Subject
from domain.money import Money
from ports.effect_ledger import Intent
from store.audit import entry_of
from store.database import plain_url

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


def baseline(name: str, value: str | int = 1000, *, charges: int = 3) -> Baseline:
    return Baseline(
        deal=deal(name), customer=CustomerKey("sk-36421928"), value=eur(value), charges=charges
    )


def claim(name: str, charge: str, net: str | int, revision: int = 1) -> Claim:
    return Claim(
        subject=Subject(f"{deal(name)}:{charge}:r{revision}"),
        deal=deal(name),
        charge=ChargeId(charge),
        revision=revision,
        net=eur(net),
    )


def proof(document: str, net: str | int, tax: str | int = 0) -> Proof:
    return Proof(
        document=ExternalId(document),
        number=f"INV-{document}",
        issued_on="2027-03-01",
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
