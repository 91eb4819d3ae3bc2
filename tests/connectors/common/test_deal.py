"""Our fields mean the same in every CRM, whether they are read, written or cleared."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from connectors.common.deal_fields import (
    by_role,
    check_key,
    company_ids,
    terms,
    to_clear,
    to_fields,
)
from connectors.common.fields import FieldReader
from domain.company import CompanyIds
from domain.deal import Contact, ContactRole, PlannedMilestone, SlaMetric
from domain.ids import ContactId, DealId, Subject
from domain.money import Money
from domain.stage import Stage
from domain.tax import TaxTreatment
from domain.write_back import WriteBack

DEAL = DealId("crm:7")
LINK = "https://pm.example/P"


def record(**fields: str) -> Callable[[str], str]:
    return lambda name: fields.get(name.removeprefix("cashward_"), "")


def new_write_back(**values: object) -> WriteBack:
    return WriteBack.model_validate({"subject": Subject("crm:7:w1"), "deal": DEAL, **values})


def test_an_empty_record_has_no_terms_and_no_findings() -> None:
    notes = FieldReader()
    assert not any(terms(record(), notes).values())
    assert company_ids(record()) == CompanyIds()
    assert not notes.findings


def test_terms_are_read_as_people_write_them() -> None:
    notes = FieldReader()
    text = record(
        scope="A shop",
        start="2027-01-11",
        payment_days="30",
        tax="domestic",
        billing_plan="Go-live; 100 %; 2027-02-26",
        sla="response; 4 h",
    )
    read = terms(text, notes)
    assert (read["scope"], read["start"]) == ("A shop", date(2027, 1, 11))
    assert (read["payment_days"], read["tax"]) == (30, TaxTreatment.DOMESTIC)
    go_live = PlannedMilestone(name="Go-live", share=Decimal(100), due=date(2027, 2, 26))
    assert read["milestones"] == (go_live,)
    assert read["sla"] == (SlaMetric(metric="response", target="4 h"),)
    assert not notes.findings


def test_terms_that_cannot_be_read_are_left_out_and_each_is_a_finding() -> None:
    notes = FieldReader()
    text = record(start="soon", end="later", payment_days="x", tax="x", billing_plan="x", sla="x")
    assert not any(terms(text, notes).values())
    fields = ["dates", "dates", "payment terms", "tax", "billing plan", "sla"]
    assert [finding.field for finding in notes.findings] == fields


def test_a_vendor_may_read_days_in_its_own_way() -> None:
    new_year = date(2027, 1, 1)
    assert terms(record(start="someday"), FieldReader(), lambda _: new_year)["start"] == new_year


@pytest.mark.parametrize(("key", "found"), [("", 0), ("crm:7", 0), ("crm:8", 1)])
def test_a_deal_with_the_key_of_another_is_a_finding(key: str, found: int) -> None:
    notes = FieldReader()
    check_key(DEAL, record(key=key), notes, cause="copied")
    assert len(notes.findings) == found
    assert all("crm:8: it was copied" in finding.problem for finding in notes.findings)


def test_contacts_come_in_the_order_of_roles_and_those_without_come_last() -> None:
    roles = [None, ContactRole.BILLING_CONTACT, ContactRole.SPONSOR]
    contacts = [Contact(id=ContactId(f"crm:{n}"), role=role) for n, role in enumerate(roles)]
    assert by_role(contacts) == (contacts[2], contacts[1], contacts[0])


def test_what_is_not_said_leaves_its_field_as_it_is() -> None:
    assert to_fields(new_write_back()) == {"cashward_key": DEAL}


def test_figures_are_written_to_the_cent_and_an_empty_word_clears() -> None:
    command = new_write_back(stage=Stage.CLOSED, billed=Money.of("10.50", "EUR"), attention="")
    assert to_fields(command) == {
        "cashward_key": DEAL,
        "cashward_stage": "closed",
        "cashward_billed": "10.50",
        "cashward_attention": "",
    }


def test_a_project_that_was_written_over_since_is_not_cleared() -> None:
    command = new_write_back(project="P", project_url=LINK)
    assert to_clear(command, record(project="Q", project_url=LINK)) == ["cashward_project_url"]


def test_a_command_without_a_project_clears_whichever_is_there() -> None:
    assert set(to_clear(new_write_back(), record(project="Q"))) == {
        "cashward_project",
        "cashward_project_url",
    }
