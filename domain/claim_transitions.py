"""The transitions of a claim. Each returns the claim as it is afterwards, or raises Refusal.

claimed -> permitted -> issued -> credited; released from the first two. A repeated transition
changes nothing.
"""

from collections.abc import Sequence

from domain.baseline import Baseline
from domain.claim import Claim, ClaimState, Proof, check_contract_value
from domain.effect import Effect
from domain.money import Money
from domain.refusal import Refusal

_OPEN = {ClaimState.CLAIMED, ClaimState.PERMITTED}
_OVER = {ClaimState.CREDITED, ClaimState.RELEASED}


def amend(agreed: Baseline, wanted: Baseline, on_record: Sequence[Claim]) -> Baseline:
    """Replace the terms, as long as there is no claim under the present ones."""
    claimed = [claim.subject for claim in on_record if claim.state is not ClaimState.RELEASED]
    if claimed and agreed != wanted:
        raise Refusal(
            f"{agreed.deal} is agreed at {agreed.value} and {', '.join(claimed)} claimed of it:"
            f" finance must release or credit that before it is agreed at {wanted.value}"
        )
    return wanted


def open_claim(wanted: Claim, contract: Money, on_record: Sequence[Claim]) -> Claim:
    """Return the live claim if it is this one, else open this one.

    Raises Refusal if another claim of the charge is live, or if this one was released: only a late
    attempt asks for a released claim, and its draft is gone.
    """
    for claim in on_record:
        if claim.subject == wanted.subject:
            return _same(claim, wanted)
        if claim.charge == wanted.charge and claim.state not in _OVER:
            raise Refusal(
                f"{wanted.charge} of {wanted.deal} is {claim.state} as {claim.subject}:"
                f" credit or release that before {wanted.subject}"
            )
    if wanted.net.currency != contract.currency:
        raise Refusal(
            f"{wanted.subject} is in {wanted.net.currency}, its contract in {contract.currency}:"
            " bill in the contract's currency"
        )
    return wanted.model_copy(
        update={"state": ClaimState.CLAIMED, "proof": None, "credited": None, "paid": None}
    )


def permit(claim: Claim, contract: Money, on_record: Sequence[Claim]) -> Claim:
    """Let the claim be issued, within the contract's value. Raises ContractValueExceeded."""
    if claim.state.counts:
        return claim
    _require(claim, ClaimState.CLAIMED, to="issue it")
    check_contract_value(contract, on_record, claim)
    return claim.model_copy(update={"state": ClaimState.PERMITTED})


def issue(claim: Claim, proof: Proof) -> Claim:
    """Record the issued document, which must be what was asked for, to the cent."""
    if claim.proof and not _same_document(claim.proof, proof):
        raise Refusal(
            f"{claim.subject} was issued as {claim.proof.number or claim.proof.document}, now"
            f" {proof.number or proof.document} reads otherwise: finance must compare the two"
        )
    if claim.proof:
        return claim
    _require(claim, ClaimState.PERMITTED, to="put its invoice on record")
    if proof.net != claim.net:
        raise Refusal(
            f"{claim.subject} is claimed at {claim.net}, but {proof.number or proof.document}"
            f" reads {proof.net}: finance must mend it in the ERP"
        )
    return claim.model_copy(update={"state": ClaimState.ISSUED, "proof": proof})


def finish(effect: Effect, proof: Proof) -> Effect:
    """Finish the effect that made the document; its receipt must name this document.

    The claim keeps the whole proof.
    """
    if effect.receipt and effect.receipt.id != proof.document:
        raise Refusal(
            f"{effect.key} elected {effect.receipt.id}, but {proof.number or proof.document} was"
            " issued: finance must credit the one that is not ours"
        )
    sums = {"net": proof.net, "gross": proof.gross}
    said = {name: f"{sum_.amount} {sum_.currency}" for name, sum_ in sums.items()}
    return effect.finish({"number": proof.number, **said})


def settle(claim: Claim, paid: Money) -> Claim:
    """Record what was paid so far, VAT included."""
    if claim.proof is None:
        raise _not_issued(claim, "be paid")
    return claim.model_copy(update={"paid": paid + Money.zero(claim.net.currency)})


def credit(claim: Claim, net: Money) -> Claim:
    """Record a credit (net). Once all is credited, a new revision may bill the charge."""
    if claim.proof is None:
        raise _not_issued(claim, "be credited")
    zero = Money.zero(claim.net.currency)
    total = (claim.credited or zero) + net
    if not zero < net or claim.net < total:
        raise Refusal(
            f"{claim.subject}: a credit of {net} would bring the credited to {total}"
            f" of {claim.net}: finance must correct the credit note"
        )
    state = ClaimState.CREDITED if total == claim.net else claim.state
    return claim.model_copy(update={"credited": total, "state": state})


def release(claim: Claim) -> Claim:
    """Free the charge; an issued document keeps its claim."""
    if claim.state is ClaimState.RELEASED:
        return claim
    if claim.state not in _OPEN:
        raise Refusal(f"{claim.subject} is {claim.state}: only a credit takes back a document")
    return claim.model_copy(update={"state": ClaimState.RELEASED})


def _same_document(on_record: Proof, read: Proof) -> bool:
    """Compare all but the addresses, which may change."""
    addresses = {"url", "pdf"}
    return on_record.model_dump(exclude=addresses) == read.model_dump(exclude=addresses)


def _same(claim: Claim, wanted: Claim) -> Claim:
    terms = (claim.deal, claim.charge, claim.revision, claim.net)
    if terms != (wanted.deal, wanted.charge, wanted.revision, wanted.net):
        raise Refusal(
            f"{claim.subject} is on record for {claim.net}, not {wanted.net}:"
            " release it first, or bill the change as a new revision"
        )
    if claim.state is ClaimState.CREDITED:
        raise Refusal(f"{claim.subject} was issued and credited: bill it as a new revision")
    if claim.state is ClaimState.RELEASED:
        raise Refusal(f"{claim.subject} was withdrawn: bill it as a new revision")
    return claim


def _require(claim: Claim, state: ClaimState, *, to: str) -> None:
    if claim.state is not state:
        raise Refusal(f"{claim.subject} is {claim.state}, and must be {state} to {to}")


def _not_issued(claim: Claim, verb: str) -> Refusal:
    return Refusal(f"{claim.subject} is {claim.state}: only an issued claim can {verb}")
