"""Maps the domain's values to rows and back without loss; money stays exact."""

import json
from collections.abc import Mapping
from typing import Any

from domain.charge import Charge, Source, Standing
from domain.claim import Claim, ClaimedBill, ClaimState, Proof
from domain.effect import Effect, EffectKey, EffectState, Receipt
from domain.ids import DealId
from domain.money import Money
from domain.period import Period

Row = Mapping[str, Any]

_AS_THEY_ARE = (
    "deal",
    "digest",
    "attempt",
    "generation",
    "first_sent",
    "until",
    "others_until",
    "key_tainted",
    "proof",
    "reason",
)


def effect_row(effect: Effect) -> dict[str, object]:
    made = effect.receipt
    return {name: getattr(effect, name) for name in _AS_THEY_ARE} | {
        **effect.key.model_dump(),
        "state": effect.state.value,
        "external_id": made.id if made else None,
        "url": made.url if made else "",
        "parts": json.dumps(made.parts if made else {}),
        "strays": json.dumps([stray.model_dump() for stray in effect.strays]),
        "proof": json.dumps(effect.proof),
    }


def effect_of(row: Row) -> Effect:
    made = None
    if row["external_id"] is not None:
        made = Receipt(id=row["external_id"], url=row["url"], parts=row["parts"])
    return Effect(
        key=EffectKey(**{name: row[name] for name in EffectKey.model_fields}),
        state=EffectState(row["state"]),
        receipt=made,
        is_doubted=row["is_doubted"],
        strays=tuple(Receipt.model_validate(stray) for stray in row["strays"]),
        **{name: row[name] for name in _AS_THEY_ARE},
    )


def bill_row(bill: ClaimedBill) -> dict[str, object]:
    return {
        "subject": bill.subject,
        "deal": bill.deal,
        "key": bill.key,
        "revision": bill.revision,
        "state": bill.state.value,
    }


def claim_rows(bill: ClaimedBill) -> list[dict[str, object]]:
    return [
        {
            "bill": bill.subject,
            "charge": claim.charge,
            "deal": bill.deal,
            "charge_revision": claim.revision,
            **_money(net=claim.net),
            "state": claim.state.value,
        }
        for claim in bill.claims
    ]


def document_rows(bill: ClaimedBill) -> list[dict[str, object]]:
    """The row of its document, once it is issued."""
    proof, zero = bill.proof, Money.zero(bill.net.currency)
    if proof is None:
        return []
    sums = _money(
        net=proof.net,
        tax=proof.tax,
        gross=proof.gross,
        paid=bill.paid or zero,
        credited=bill.credited or zero,
    )
    return [
        {
            "bill": bill.subject,
            "deal": bill.deal,
            "external_id": proof.document,
            "state": "voided" if bill.is_void else "open" if bill.outstanding else "settled",
            **proof.model_dump(mode="json", exclude={"document", "net", "tax", "gross"}),
            **sums,
        }
    ]


def charge_row(deal: DealId, charge: Charge, standing: Standing) -> dict[str, object]:
    return {
        "deal": deal,
        "id": charge.id,
        "revision": charge.revision,
        "line": charge.line,
        "description": charge.description,
        "quantity": f"{charge.quantity}",
        "unit": charge.unit,
        "unit_price": f"{charge.unit_price}",
        **_money(net=charge.net),
        "tax": None if charge.tax is None else f"{charge.tax.amount}",
        "tax_class": charge.tax_class,
        "period_from": charge.period and charge.period.begin.isoformat(),
        "period_to": charge.period and charge.period.end.isoformat(),
        "due": charge.due and charge.due.isoformat(),
        "part_of": charge.part_of,
        "source_system": charge.source.system,
        "source_id": charge.source.id,
        "source_version": charge.source.version,
        **standing.model_dump(mode="json"),
    }


def charge_of(row: Row) -> Charge:
    period = row["period_from"] and Period(begin=row["period_from"], end=row["period_to"])
    source = {name: row[f"source_{name}"] for name in Source.model_fields}
    same = ("id", "revision", "line", "description", "quantity", "unit", "unit_price", "tax_class")
    facts = {name: row[name] for name in (*same, "due", "part_of")}
    sums = {"net": money_of(row, "net"), "tax": money_or_none(row, "tax")}
    return Charge.model_validate(facts | sums | {"period": period, "source": source})


def bill_of(row: Row) -> ClaimedBill:
    """A bill from the columns that store.bill_rows selects."""
    proof = _proof(row)
    return ClaimedBill(
        subject=row["subject"],
        deal=row["bill_deal"],
        key=row["key"],
        revision=row["bill_revision"],
        claims=tuple(_claim_of(claim) for claim in row["claims"]),
        proof=proof,
        paid=money_of(row, "paid") if proof else None,
        credited=money_of(row, "credited") if proof else None,
        credited_net=money_or_none(row, "credited_net"),
    )


def money_of(row: Row, column: str) -> Money:
    return Money.of(row[column], row["currency"])


def money_or_none(row: Row, column: str) -> Money | None:
    return None if row[column] is None else money_of(row, column)


def _claim_of(row: Row) -> Claim:
    return Claim(
        charge=row["charge"],
        revision=row["revision"],
        net=money_of(row, "net"),
        state=ClaimState(row["state"]),
    )


def _proof(row: Row) -> Proof | None:
    if row["external_id"] is None:
        return None
    return Proof(
        document=row["external_id"],
        number=row["number"],
        issued_on=row["issued_on"],
        due_on=row["due_on"],
        net=money_of(row, "net"),
        tax=money_of(row, "tax"),
        gross=money_of(row, "gross"),
        url=row["url"],
        pdf=row["pdf"],
    )


def _money(**amounts: Money) -> dict[str, object]:
    """The columns of amounts in one currency; as text, they stay exact in JSON."""
    [currency] = {money.currency for money in amounts.values()}
    return {"currency": currency, **{name: f"{each.amount}" for name, each in amounts.items()}}
