"""Nothing is billed beyond the contract, whatever happened before."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.claim import Claim, ClaimState, ContractValueExceeded, check_contract_value
from domain.ids import ChargeId, DealId, Subject
from domain.money import CurrencyMismatch, Money


def eur(amount: int | str) -> Money:
    return Money.of(amount, "EUR")


def claim(charge: str, net: int | str, state: ClaimState = ClaimState.CLAIMED) -> Claim:
    return Claim(
        subject=Subject(f"hubspot:1:{charge}:r1"),
        deal=DealId("hubspot:1"),
        charge=ChargeId(charge),
        revision=1,
        net=eur(net),
        state=state,
    )


def fits(contract: Money, claims: Sequence[Claim], wanted: Claim) -> bool:
    try:
        check_contract_value(contract, claims, wanted)
    except ContractValueExceeded:
        return False
    return True


def test_the_last_cent_fits_and_one_more_does_not() -> None:
    issued = [claim("m1", "600.00", ClaimState.ISSUED)]
    assert fits(eur(1000), issued, claim("m2", "400.00"))
    with pytest.raises(ContractValueExceeded, match=r"400\.01 EUR on top of 600\.00 EUR"):
        check_contract_value(eur(1000), issued, claim("m2", "400.01"))


def test_a_permit_counts_before_its_invoice_is_out() -> None:
    permitted = [claim("m1", 600, ClaimState.PERMITTED)]
    assert not fits(eur(1000), permitted, claim("m2", 600))


@pytest.mark.parametrize("state", [ClaimState.CLAIMED, ClaimState.RELEASED, ClaimState.CREDITED])
def test_what_has_no_document_uses_up_nothing(state: ClaimState) -> None:
    assert fits(eur(1000), [claim("m1", 1000, state)], claim("m2", 1000))


def test_a_claim_does_not_stand_in_its_own_way() -> None:
    mine = claim("m1", 1000, ClaimState.PERMITTED)
    assert fits(eur(1000), [mine], mine)


def test_a_credit_gives_its_value_back() -> None:
    credited = claim("m1", 1000, ClaimState.ISSUED).model_copy(update={"credited": eur(400)})
    assert fits(eur(1000), [credited], claim("m2", 400))
    assert not fits(eur(1000), [credited], claim("m2", "400.01"))


def test_currencies_are_never_mixed() -> None:
    with pytest.raises(CurrencyMismatch):
        check_contract_value(Money.of(1000, "CZK"), [], claim("m1", 1))


@given(
    value=st.decimals(0, 10_000, places=2),
    nets=st.lists(st.decimals(0, 4_000, places=2), max_size=12),
)
def test_whatever_is_permitted_one_after_another_fits_the_contract(
    value: Decimal, nets: list[Decimal]
) -> None:
    contract = Money.of(value, "EUR")
    permitted: list[Claim] = []
    for number, net in enumerate(nets):
        wanted = claim(f"m{number}", str(net), ClaimState.PERMITTED)
        if fits(contract, permitted, wanted):
            permitted.append(wanted)
    assert Money.total((each.used() for each in permitted), "EUR") <= contract
