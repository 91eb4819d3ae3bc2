"""A company is found under other spellings, and a person is asked where nobody can be sure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.common import References
from domain.company import Account, CompanyIds, wrong_ids
from domain.company_numbers import register_key
from domain.customer import Candidate, Verdict
from domain.ids import AccountId, ExternalId
from domain.matching import match_customer, plain_name, side_by_side

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
    match = match_customer(TATRA, [candidate("TATRA KOV, akc. spol.", "364 219 28", country="SK")])
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


def test_a_number_of_another_country_is_another_company() -> None:
    czech = candidate("Tatra Metal", "36421928", country="CZ")
    assert match_customer(TATRA, [czech]).verdict is Verdict.NEW


def test_a_number_without_a_country_needs_the_name_to_match_or_asks() -> None:
    assert match_customer(TATRA, [candidate("Tatra Metal", "36421928")]).chosen == "Tatra Metal"
    assert match_customer(TATRA, [candidate("X", "36421928")]).verdict is Verdict.AMBIGUOUS


def test_the_vat_number_tells_the_country_where_the_record_does_not() -> None:
    czech = candidate("Tatra Metal", "36421928", vat_id="CZ25123891")
    assert match_customer(TATRA, [czech]).verdict is Verdict.NEW


def test_a_like_name_in_another_country_only_asks() -> None:
    czech = candidate("Tatra Metal", country="CZ")
    assert match_customer(NAMELESS, [czech]).verdict is Verdict.AMBIGUOUS


def test_a_vat_number_that_contradicts_is_no_match() -> None:
    ours = TATRA.model_copy(update={"ids": CompanyIds(vat_id="SK2020273893")})
    other = candidate("Tatra Metal", vat_id="SK2024417703")
    assert match_customer(ours, [other]).verdict is Verdict.NEW


@pytest.mark.parametrize("changes", [{"company_id": "31764208"}, {"vat_id": "SK2024417703"}])
def test_our_key_on_a_record_with_another_number_asks(changes: dict[str, str]) -> None:
    ours = candidate("Tatra Metal", "36421928", key=TATRA.customer_key, country="SK")
    match = match_customer(TATRA, [ours.model_copy(update=changes)])
    assert match.verdict is Verdict.AMBIGUOUS


def test_a_german_number_matches_only_with_its_court() -> None:
    munich = TATRA.model_copy(
        update={"country": "DE", "ids": CompanyIds(company_id="Amtsgericht München HRB 12345")}
    )
    same = candidate("X", "HRB 12345 München", country="DE")
    other = candidate("X", "Köln HRB 12345", country="DE")
    bare = candidate("X", "HRB 12345", country="DE")
    assert munich.customer_key == "de-munchen-hrb-12345"
    assert match_customer(munich, [same]).chosen == "X"
    assert match_customer(munich, [other]).verdict is Verdict.NEW
    assert match_customer(munich, [bare]).verdict is Verdict.NEW


def test_a_german_number_without_its_court_is_named() -> None:
    bare = TATRA.model_copy(update={"country": "DE", "ids": CompanyIds(company_id="HRB 12345")})
    [problem] = wrong_ids(bare)
    assert "needs its court" in problem
    assert bare.customer_key == "account-hubspot-1"


@pytest.mark.parametrize(
    ("country", "ids", "key"),
    [
        ("SK", CompanyIds(company_id="36 421 928"), "sk-ico-36421928"),
        ("CZ", CompanyIds(company_id="36421928"), "cz-ico-36421928"),
        ("SK", CompanyIds(vat_id="SK 2020273893"), "sk-vat-2020273893"),
        ("SK", CompanyIds(vat_id="CZ25123891"), "cz-vat-25123891"),
        ("GR", CompanyIds(vat_id="EL094259216"), "gr-vat-094259216"),
        ("US", CompanyIds(company_id="C-123"), "us-register-c123"),
        ("", CompanyIds(company_id="36421928"), "account-hubspot-1"),
        ("SK", CompanyIds(), "account-hubspot-1"),
    ],
)
def test_a_key_is_country_scheme_and_number(country: str, ids: CompanyIds, key: str) -> None:
    assert TATRA.model_copy(update={"country": country, "ids": ids}).customer_key == key


@given(st.text(min_size=1), st.sampled_from(["SK", "DE", "US"]))
def test_every_key_fits_into_a_reference_of_xero(number: str, country: str) -> None:
    account = TATRA.model_copy(
        update={"country": country, "ids": CompanyIds(company_id=number, vat_id=number)}
    )
    longest = References("a" * 12).of_customer(account.customer_key, generation=999)
    assert len(longest) <= 50


def test_a_long_court_makes_a_key_of_its_own() -> None:
    keys = {
        register_key("DE", f"Ludwigshafen am Rhein HRB {number}") for number in (123456, 123457)
    }
    assert len(keys) == 2


def test_the_records_are_shown_side_by_side() -> None:
    theirs = candidate("Tatra Metal", "31764208", vat_id="SK2024417703", country="SK")
    shown = side_by_side(TATRA, [theirs]).splitlines()
    assert [line.split(":")[0] for line in shown] == ["- CRM", "- Tatra Metal"]
    assert "36421928" in shown[0]
    assert "31764208" in shown[1]
    assert "no address" in shown[1]


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
