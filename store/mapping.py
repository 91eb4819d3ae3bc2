"""Maps the domain's values to rows and back without loss; money stays exact."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from domain.claim import Claim, ClaimState, Proof
from domain.effect import Effect, EffectKey, EffectState, Receipt
from domain.money import Money

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


def claim_row(claim: Claim) -> dict[str, object]:
    proof = claim.proof
    return {
        "subject": claim.subject,
        "deal": claim.deal,
        "item": claim.charge,
        "revision": claim.revision,
        "state": claim.state.value,
        "net": claim.net.amount,
        "currency": claim.net.currency,
        "credited": _amount(claim.credited),
        "paid": _amount(claim.paid),
        "document": proof.document if proof else None,
        "number": proof.number if proof else "",
        "issued_on": proof.issued_on if proof else "",
        "billed_net": _amount(proof.net if proof else None),
        "billed_tax": _amount(proof.tax if proof else None),
        "billed_gross": _amount(proof.gross if proof else None),
        "url": proof.url if proof else "",
        "pdf": proof.pdf if proof else "",
    }


def claim_of(row: Row) -> Claim:
    return Claim(
        subject=row["subject"],
        deal=row["deal"],
        charge=row["item"],
        revision=row["revision"],
        net=money_of(row, "net"),
        state=ClaimState(row["state"]),
        proof=_proof(row),
        credited=money_or_none(row, "credited"),
        paid=money_or_none(row, "paid"),
    )


def money_of(row: Row, column: str) -> Money:
    return Money.of(row[column], row["currency"])


def money_or_none(row: Row, column: str) -> Money | None:
    return None if row[column] is None else money_of(row, column)


def _proof(row: Row) -> Proof | None:
    if row["document"] is None:
        return None
    return Proof(
        document=row["document"],
        number=row["number"],
        issued_on=row["issued_on"],
        net=money_of(row, "billed_net"),
        tax=money_of(row, "billed_tax"),
        gross=money_of(row, "billed_gross"),
        url=row["url"],
        pdf=row["pdf"],
    )


def _amount(money: Money | None) -> Decimal | None:
    return None if money is None else money.amount
