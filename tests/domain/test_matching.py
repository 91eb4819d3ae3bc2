"""A company is found under other spellings, and a person is asked where nobody can be sure."""

import pytest

from domain.company import Account, CompanyIds
from domain.customer import Candidate, Verdict
from domain.ids import AccountId, ExternalId
from domain.matching import match_customer, plain_name

TATRA = Account(
    id=AccountId("hubspot:1"),
    name="Tatra Metal a.s.",
    country="SK",
    ids=CompanyIds(company_id="36421928", vat_id="SK2020273893"),
)
NAMELESS = TATRA.model_copy(update={"ids": CompanyIds()})


def candidate(name: str, number: str = "", **more: object) -> Candidate:
    return Candidate(id=ExternalId(name), name=name, company_id=number).model_copy(update=more)


def test_the_same_number_matches_under_any_spelling() -> None:
    match = match_customer(TATRA, [candidate("TATRA KOV, akc. spol.", "364 219 28")])
    assert (match.verdict, match.chosen) == (Verdict.MATCHED, "TATRA KOV, akc. spol.")


def test_our_own_key_matches() -> None:
    match = match_customer(TATRA, [candidate("Whatever", key=TATRA.customer_key)])
    assert match.verdict is Verdict.MATCHED


def test_the_same_vat_number_matches_where_there_is_no_other() -> None:
    assert match_customer(TATRA, [candidate("X", vat_id="SK 2020273893")]).chosen == "X"


def test_two_records_with_one_number_are_a_persons_choice() -> None:
    both = [candidate("Tatra 1", "36421928"), candidate("Tatra 2", "36421928")]
    match = match_customer(TATRA, both)
    assert (match.verdict, len(match.candidates)) == (Verdict.AMBIGUOUS, 2)


@pytest.mark.parametrize("name", ["TATRA METAL, a. s.", "Tatra-Metal", "Metal Tatra s.r.o."])
def test_a_like_name_without_a_number_only_asks(name: str) -> None:
    assert match_customer(NAMELESS, [candidate(name)]).verdict is Verdict.AMBIGUOUS


def test_other_numbers_tell_like_names_apart() -> None:
    assert match_customer(TATRA, [candidate("Tatra Metal a.s.", "31764208")]).verdict is Verdict.NEW


def test_an_archived_record_is_not_taken() -> None:
    gone = candidate("Tatra Metal", "36421928", is_archived=True)
    assert match_customer(TATRA, [gone]).verdict is Verdict.NEW


def test_one_company_is_one_customer_however_it_is_spelt() -> None:
    other = TATRA.model_copy(update={"id": "hubspot:2", "name": "TATRA METAL, a. s."})
    assert other.customer_key == TATRA.customer_key


@pytest.mark.parametrize(
    ("name", "plain"),
    [("Žilina Kov, s. r. o.", "zilina kov"), ("A.S.", "a s"), ("東京 KK", "dongjing")],
)
def test_a_name_is_compared_without_its_legal_form(name: str, plain: str) -> None:
    assert plain_name(name) == plain
