"""Nothing is billed twice, nor beyond the contract, whatever happened before."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain import claim_transitions
from domain.claim import (
    Claim,
    ClaimedBill,
    ClaimState,
    ContractValueExceeded,
    Proof,
    Settlement,
    check_contract_value,
)
from domain.ids import ChargeId, DealId, ExternalId, Subject
from domain.money import CurrencyMismatch, Money
from domain.refusal import Refusal

DEAL = DealId("hubspot:1")


def eur(amount: Decimal | int | str) -> Money:
    return Money.of(amount, "EUR")


def bill(charge: str, net: int | str, state: ClaimState = ClaimState.CLAIMED) -> ClaimedBill:
    return over({charge: net}, key=charge, state=state)


def over(
    nets: dict[str, int | str],
    *,
    key: str,
    revision: int = 1,
    state: ClaimState = ClaimState.CLAIMED,
) -> ClaimedBill:
    return ClaimedBill(
        subject=Subject(f"{DEAL}:{key}:r{revision}"),
        deal=DEAL,
        key=key,
        revision=revision,
        claims=tuple(
            Claim(charge=ChargeId(charge), revision=1, net=eur(net), state=state)
            for charge, net in nets.items()
        ),
    )


def issued(wanted: ClaimedBill) -> ClaimedBill:
    permitted = claim_transitions.permit(wanted, wanted.net, [])
    net, tax = wanted.net, Money.rounded(wanted.net.amount * 23 / 100, "EUR")
    return claim_transitions.issue(
        permitted,
        Proof(
            document=ExternalId(f"doc {wanted.subject}"),
            number="INV-1",
            issued_on=date(2027, 3, 1),
            net=net,
            tax=tax,
            gross=net + tax,
        ),
    )


def fits(contract: Money, bills: Sequence[ClaimedBill], wanted: ClaimedBill) -> bool:
    try:
        check_contract_value(contract, bills, wanted)
    except ContractValueExceeded:
        return False
    return True


def test_the_last_cent_fits_and_one_more_does_not() -> None:
    known = [bill("m1", "600.00", ClaimState.ISSUED)]
    assert fits(eur(1000), known, bill("m2", "400.00"))
    with pytest.raises(ContractValueExceeded, match=r"400\.01 EUR on top of 600\.00 EUR"):
        check_contract_value(eur(1000), known, bill("m2", "400.01"))


def test_a_permit_counts_before_its_invoice_is_out() -> None:
    permitted = [bill("m1", 600, ClaimState.PERMITTED)]
    assert not fits(eur(1000), permitted, bill("m2", 600))


@pytest.mark.parametrize(
    "state",
    [ClaimState.CLAIMED, ClaimState.RELEASED, ClaimState.CREDITED, ClaimState.VOIDED],
)
def test_what_has_no_document_uses_up_nothing(state: ClaimState) -> None:
    assert fits(eur(1000), [bill("m1", 1000, state)], bill("m2", 1000))


def test_a_bill_does_not_stand_in_its_own_way() -> None:
    mine = bill("m1", 1000, ClaimState.PERMITTED)
    assert fits(eur(1000), [mine], mine)


def test_a_credit_gives_back_the_value_of_the_charges_that_it_frees() -> None:
    entries = issued(over({"t1": 240, "t2": 63, "t3": 675}, key="time-2027-03"))
    disputed = claim_transitions.credit(entries, eur(675), [ChargeId("t3")])
    assert disputed.used() == eur(303)
    assert not disputed.claiming(ChargeId("t3"))
    assert disputed.claiming(ChargeId("t1"))
    assert fits(eur(978), [disputed], bill("t3", 675))


def test_a_credit_that_names_no_charge_frees_none() -> None:
    entries = issued(over({"t1": 240, "t2": 63}, key="time-2027-03"))
    after = claim_transitions.credit(entries, eur(100))
    assert (after.used(), after.credited_net) == (eur(303), eur(100))


def test_a_charge_is_freed_by_one_credit_only() -> None:
    entries = issued(over({"t1": 240, "t2": 300}, key="time-2027-03"))
    once = claim_transitions.credit(entries, eur(240), [ChargeId("t1")])
    with pytest.raises(Refusal, match="free already"):
        claim_transitions.credit(once, eur(240), [ChargeId("t1")])
    with pytest.raises(Refusal, match="free already"):
        claim_transitions.credit(once, eur(1), [ChargeId("t9")])


def test_a_credit_frees_no_more_than_it_credits() -> None:
    entries = issued(over({"t1": 240, "t2": 300}, key="time-2027-03"))
    with pytest.raises(Refusal, match=r"239\.99 EUR cannot free charges of 240\.00 EUR"):
        claim_transitions.credit(entries, eur("239.99"), [ChargeId("t1")])


def test_a_bill_of_which_one_charge_is_taken_claims_none() -> None:
    taken = issued(bill("t2", 63))
    with pytest.raises(Refusal, match="t2 of hubspot:1 is issued"):
        claim_transitions.open_bill(over({"t1": 1, "t2": 63}, key="both"), eur(1000), [taken])


def test_a_full_credit_of_the_erp_and_then_its_note_free_the_charges_once() -> None:
    mine = issued(bill("m1", 100))
    said = Settlement(paid=eur(0), credited=mine.gross)
    settled = claim_transitions.settle(mine, said)
    assert settled.state is ClaimState.CREDITED
    noted = claim_transitions.credit(settled, eur(100), [ChargeId("m1")])
    assert (noted.claims, noted.credited_net) == (settled.claims, eur(100))


def test_currencies_are_never_mixed() -> None:
    with pytest.raises(CurrencyMismatch):
        check_contract_value(Money.of(1000, "CZK"), [], bill("m1", 1))


@given(
    value=st.decimals(0, 10_000, places=2),
    nets=st.lists(st.decimals(0, 4_000, places=2), max_size=12),
)
def test_whatever_is_permitted_one_after_another_fits_the_contract(
    value: Decimal, nets: list[Decimal]
) -> None:
    contract = eur(value)
    permitted: list[ClaimedBill] = []
    for number, net in enumerate(nets):
        wanted = bill(f"m{number}", str(net), ClaimState.PERMITTED)
        if fits(contract, permitted, wanted):
            permitted.append(wanted)
    assert Money.total((each.used() for each in permitted), "EUR") <= contract


NETS = {ChargeId(f"c{number}"): eur(100 + number) for number in range(1, 5)}
VALUE = Money.total(NETS.values(), "EUR")
charges = st.sets(st.sampled_from(sorted(NETS)), min_size=1)
picks = st.integers(min_value=0)


class BillsOfOneContract(RuleBasedStateMachine):
    """People and systems do to the bills of one contract whatever they like, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.bills: dict[Subject, ClaimedBill] = {}
        self.freed: list[tuple[Subject, ChargeId]] = []
        self.claimed: list[tuple[Subject, ChargeId]] = []

    @rule(of=charges, key=st.sampled_from(["time", "milestone"]), revision=st.integers(1, 3))
    def claim(self, of: set[ChargeId], key: str, revision: int) -> None:
        nets = {str(charge): str(NETS[charge].amount) for charge in sorted(of)}
        wanted = over(dict(nets), key=key, revision=revision)
        known = list(self.bills.values())
        try:
            opened = claim_transitions.open_bill(wanted, VALUE, known)
        except Refusal:
            return
        if opened.subject not in self.bills:
            self.claimed += [(opened.subject, charge) for charge in opened.charges]
        self.bills[opened.subject] = opened

    @precondition(lambda self: self.bills)
    @rule(pick=picks, of=charges, step=st.sampled_from(range(6)), part=st.integers(1, 500))
    def act(self, pick: int, of: set[ChargeId], step: int, part: int) -> None:
        before = list(self.bills.values())[pick % len(self.bills)]
        try:
            after = self._step(before, sorted(of), step, part)
        except Refusal:
            return
        self.freed += [
            (before.subject, was.charge)
            for was, now in zip(before.claims, after.claims, strict=True)
            if was.state.is_live and not now.state.is_live
        ]
        self.bills[before.subject] = after

    def _step(self, before: ClaimedBill, of: list[ChargeId], step: int, part: int) -> ClaimedBill:
        match step:
            case 0:
                return claim_transitions.permit(before, VALUE, list(self.bills.values()))
            case 1:
                proof = issued(over_again(before)).proof
                assert proof
                return claim_transitions.issue(before, proof)
            case 2:
                return claim_transitions.credit(before, eur(part), of)
            case 3:
                credited = before.gross if part % 2 else eur(0)
                return claim_transitions.settle(before, Settlement(paid=eur(0), credited=credited))
            case 4:
                return claim_transitions.void(before)
            case _:
                return claim_transitions.release(before)

    @invariant()
    def one_live_claim_per_charge(self) -> None:
        for charge in NETS:
            assert sum(each.claiming(charge) for each in self.bills.values()) <= 1

    @invariant()
    def what_is_to_be_issued_fits_the_contract(self) -> None:
        assert Money.total((each.used() for each in self.bills.values()), "EUR") <= VALUE

    @invariant()
    def a_charge_is_freed_at_most_once_for_each_time_it_was_claimed(self) -> None:
        assert len(set(self.freed)) == len(self.freed)
        assert set(self.freed) <= set(self.claimed)

    @invariant()
    def never_more_is_credited_than_was_billed(self) -> None:
        for each in self.bills.values():
            assert (each.credited_net or eur(0)) <= each.net


def over_again(before: ClaimedBill) -> ClaimedBill:
    """The same bill as it was when it was claimed."""
    claims = (claim.model_copy(update={"state": ClaimState.CLAIMED}) for claim in before.claims)
    return before.model_copy(update={"claims": tuple(claims), "proof": None})


TestBillsOfOneContract = BillsOfOneContract.TestCase
