"""The transitions of a bill's claims. Each returns the bill as it is afterwards, or raises Refusal.

claimed -> permitted -> issued -> credited or voided; released from the first two. All claims of a
bill move together, but for a credit, which frees the charges that it names. A repeated transition
changes nothing.
"""

from collections.abc import Callable, Collection, Sequence

from domain.baseline import Baseline
from domain.claim import Claim, ClaimedBill, ClaimState, Proof, Settlement, check_contract_value
from domain.effect import Effect
from domain.ids import ChargeId
from domain.money import Money
from domain.refusal import Refusal

_OPEN = {ClaimState.CLAIMED, ClaimState.PERMITTED}


def amend(agreed: Baseline, wanted: Baseline, on_record: Sequence[ClaimedBill]) -> Baseline:
    """Replace the terms, as long as there is no claim under the present ones."""
    claimed = [bill.subject for bill in on_record if bill.state is not ClaimState.RELEASED]
    if claimed and agreed != wanted:
        raise Refusal(
            f"{agreed.deal} is agreed at {agreed.value} and {', '.join(claimed)} claimed of it:"
            f" finance must release or credit that before it is agreed at {wanted.value}"
        )
    return wanted


def open_bill(
    wanted: ClaimedBill, contract: Money, on_record: Sequence[ClaimedBill]
) -> ClaimedBill:
    """Return the bill on record if it is this one, else claim all its charges.

    Raises Refusal if another bill has a live claim of one of them, or if this one was released:
    only a late attempt asks for a released bill, and its draft is gone.
    """
    for bill in on_record:
        if bill.subject == wanted.subject:
            return _same(bill, wanted)
        for claim in wanted.claims:
            if bill.claiming(claim.charge):
                raise Refusal(
                    f"{claim.charge} of {wanted.deal} is {bill.state} as {bill.subject}:"
                    f" credit or release that before {wanted.subject}"
                )
    if wanted.net.currency != contract.currency:
        raise Refusal(
            f"{wanted.subject} is in {wanted.net.currency}, its contract in {contract.currency}:"
            " bill in the contract's currency"
        )
    return wanted


def permit(bill: ClaimedBill, contract: Money, on_record: Sequence[ClaimedBill]) -> ClaimedBill:
    """Let the bill be issued, within the contract's value. Raises ContractValueExceeded."""
    if bill.state.counts:
        return bill
    _require(bill, ClaimState.CLAIMED, to="issue it")
    check_contract_value(contract, on_record, bill)
    return _moved(bill, ClaimState.PERMITTED)


def issue(bill: ClaimedBill, proof: Proof) -> ClaimedBill:
    """Record the issued document, which must be what was asked for, to the cent."""
    if bill.proof and not _same_document(bill.proof, proof):
        raise Refusal(
            f"{bill.subject} was issued as {bill.proof.number or bill.proof.document}, now"
            f" {proof.number or proof.document} reads otherwise: finance must compare the two"
        )
    if bill.proof:
        return bill
    _require(bill, ClaimState.PERMITTED, to="put its invoice on record")
    if proof.net != bill.net:
        raise Refusal(
            f"{bill.subject} is claimed at {bill.net}, but {proof.number or proof.document}"
            f" reads {proof.net}: finance must mend it in the ERP"
        )
    nothing = Money.zero(bill.net.currency)
    said = {"proof": proof, "paid": nothing, "credited": nothing}
    return _moved(bill, ClaimState.ISSUED).model_copy(update=said)


def finish(effect: Effect, proof: Proof) -> Effect:
    """Finish the effect that made the document; its receipt must name this document.

    The bill keeps the whole proof.
    """
    if effect.receipt and effect.receipt.id != proof.document:
        raise Refusal(
            f"{effect.key} elected {effect.receipt.id}, but {proof.number or proof.document} was"
            " issued: finance must credit the one that is not ours"
        )
    sums = {"net": proof.net, "gross": proof.gross}
    said = {name: f"{sum_.amount} {sum_.currency}" for name, sum_ in sums.items()}
    return effect.finish({"number": proof.number, **said})


def settle(bill: ClaimedBill, said: Settlement) -> ClaimedBill:
    """Record what was paid and credited so far, as the ERP says.

    What is credited in full frees its charges, whoever credited it.
    """
    proof = _issued(bill, "be paid").model_copy(update={"due_on": said.due_on})
    after = bill.model_copy(update={"paid": said.paid, "credited": said.credited, "proof": proof})
    if not said.credited or said.credited != proof.gross:
        return after
    return _free(after, bill.charges, ClaimState.CREDITED)


def credit(bill: ClaimedBill, net: Money, charges: Collection[ChargeId] = ()) -> ClaimedBill:
    """Record a credit note (net) and free the charges that it names, each once.

    Once all is credited, every charge is free: the next bill may claim it. Raises Refusal if more
    would be credited than was billed, or if a named charge is not billed here, or free already.
    """
    _issued(bill, "be credited")
    zero = Money.zero(bill.net.currency)
    total = (bill.credited_net or zero) + net
    if not zero < net or bill.net < total:
        raise Refusal(
            f"{bill.subject}: a credit of {net} would bring the credited to {total}"
            f" of {bill.net}: finance must correct the credit note"
        )
    freed = bill.charges if total == bill.net else frozenset(charges)
    for charge in charges:
        if not bill.claiming(charge) and not bill.is_credited:
            raise Refusal(f"{bill.subject} has no live claim of {charge}: it is free already")
    named = Money.total((c.net for c in bill.claims if c.charge in charges), net.currency)
    if net < named:
        raise Refusal(f"{bill.subject}: a credit of {net} cannot free charges of {named}")
    after = bill.model_copy(update={"credited_net": total})
    return _free(after, freed, ClaimState.CREDITED)


def void(bill: ClaimedBill) -> ClaimedBill:
    """Free all charges of a bill whose document was voided at the ERP."""
    _issued(bill, "be voided")
    return _free(bill, bill.charges, ClaimState.VOIDED)


def release(bill: ClaimedBill) -> ClaimedBill:
    """Free the charges; an issued document keeps its claims."""
    if bill.state is ClaimState.RELEASED:
        return bill
    if bill.state not in _OPEN:
        raise Refusal(f"{bill.subject} is {bill.state}: only a credit takes back a document")
    return _moved(bill, ClaimState.RELEASED)


def _moved(bill: ClaimedBill, state: ClaimState) -> ClaimedBill:
    return _with(bill, lambda claim: claim.model_copy(update={"state": state}))


def _free(bill: ClaimedBill, charges: Collection[ChargeId], state: ClaimState) -> ClaimedBill:
    """Free those of the charges that are not free yet."""

    def freed(claim: Claim) -> Claim:
        is_freed = claim.charge in charges and claim.state.is_live
        return claim.model_copy(update={"state": state}) if is_freed else claim

    return _with(bill, freed)


def _with(bill: ClaimedBill, change: Callable[[Claim], Claim]) -> ClaimedBill:
    return bill.model_copy(update={"claims": tuple(map(change, bill.claims))})


def _same_document(on_record: Proof, read: Proof) -> bool:
    """Compare all but what people may change: the addresses, and when it is due."""
    mutable = {"url", "pdf", "due_on"}
    return on_record.model_dump(exclude=mutable) == read.model_dump(exclude=mutable)


def _same(bill: ClaimedBill, wanted: ClaimedBill) -> ClaimedBill:
    if _terms(bill) != _terms(wanted):
        raise Refusal(
            f"{bill.subject} is on record for {bill.net}, not {wanted.net}:"
            " release it first, or bill the change as a new revision"
        )
    if bill.state.is_live:
        return bill
    how = {ClaimState.RELEASED: "withdrawn", ClaimState.VOIDED: "issued and voided"}
    raise Refusal(
        f"{bill.subject} was {how.get(bill.state, 'issued and credited')}:"
        " bill it as a new revision"
    )


def _terms(bill: ClaimedBill) -> tuple[object, ...]:
    return bill.deal, {(claim.charge, claim.revision, claim.net) for claim in bill.claims}


def _require(bill: ClaimedBill, state: ClaimState, *, to: str) -> None:
    if bill.state is not state:
        raise Refusal(f"{bill.subject} is {bill.state}, and must be {state} to {to}")


def _issued(bill: ClaimedBill, verb: str) -> Proof:
    if bill.proof is None:
        raise Refusal(f"{bill.subject} is {bill.state}: only an issued bill can {verb}")
    return bill.proof
