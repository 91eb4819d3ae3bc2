"""Our fields mean the same in every CRM, whether they are read, written or cleared."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from connectors.common.deal_fields import (
    DealKey,
    by_role,
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
from domain.payment_terms import PaymentTerms
from domain.stage import Stage
from domain.tax import TaxTreatment
from domain.write_back import WriteBack
from ports.failures import Rejected
from tests.references import OURS, THEIRS

DEAL = DealId("crm:7")
LINK = "https://pm.example/P"
KEY = DealKey(references=OURS, deal=DEAL, record=DEAL)


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
        payment_terms="30",
        tax="domestic",
        billing_plan="Go-live; 100 %; 2027-02-26",
        sla="response; 4 h",
    )
    read = terms(text, notes)
    assert (read["scope"], read["start"]) == ("A shop", date(2027, 1, 11))
    assert read["payment_terms"] == PaymentTerms(days=30)
    assert read["tax"] is TaxTreatment.DOMESTIC
    go_live = PlannedMilestone(name="Go-live", share=Decimal(100), due=date(2027, 2, 26))
    assert read["milestones"] == (go_live,)
    assert read["sla"] == (SlaMetric(metric="response", target="4 h"),)
    assert not notes.findings


def test_terms_that_cannot_be_read_are_left_out_and_each_is_a_finding() -> None:
    notes = FieldReader()
    text = record(
        start="soon",
        end="later",
        payment_terms="x",
        tax="x",
        tax_class="x",
        billing_plan="x",
        sla="x",
    )
    assert not any(terms(text, notes).values())
    fields = ["dates", "dates", "payment terms", "tax", "tax class", "billing plan", "sla"]
    assert [finding.field for finding in notes.findings] == fields


def test_a_vendor_may_read_days_in_its_own_way() -> None:
    new_year = date(2027, 1, 1)
    assert terms(record(start="someday"), FieldReader(), lambda _: new_year)["start"] == new_year


def test_a_deal_without_a_key_or_with_its_own_is_no_finding() -> None:
    notes = FieldReader()
    for own in ("", OURS.of(DEAL)):
        KEY.check(record(key=own), notes)
    assert not notes.findings


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (OURS.of("crm:8"), r"carries crm:7 as crm:8, which was merged or copied"),
        (THEIRS.of(DEAL), r"another installation of Cashward carries crm:7, .* cw:acme-2:crm:7"),
    ],
)
def test_a_deal_that_another_is_carried_on_is_a_finding_with_a_way_out(key: str, said: str) -> None:
    notes = FieldReader()
    KEY.check(record(key=key), notes)
    (finding,) = notes.findings
    assert re.search(said, finding.problem)
    assert "set its Cashward key to cw:acme:crm:7" in finding.problem


def test_a_record_of_another_deal_is_not_written_to() -> None:
    command = new_write_back(stage=Stage.CLOSED)
    for key in (OURS.of("crm:8"), THEIRS.of(DEAL)):
        with pytest.raises(Rejected):
            KEY.require(command, record(key=key))
    KEY.require(command, record(key=OURS.of(DEAL)))


def test_what_is_missing_is_said_on_a_record_of_another_deal_and_not_of_another_installation() -> (
    None
):
    command = new_write_back(attention="set its key")
    KEY.require(command, record(key=OURS.of("crm:8")))
    assert to_fields(command, KEY) == {"cashward_attention": "set its key"}
    with pytest.raises(Rejected, match="another installation"):
        KEY.require(command, record(key=THEIRS.of(DEAL)))


def test_a_merged_deal_is_carried_on_by_the_one_whose_key_its_record_has() -> None:
    merged = DealKey(references=OURS, deal=DEAL, record=DealId("crm:9"))
    command = new_write_back(stage=Stage.CLOSED)
    with pytest.raises(Rejected, match=r"crm:7 was merged into crm:9"):
        merged.require(command, record())
    merged.require(command, record(key=OURS.of(DEAL)))


def test_contacts_come_in_the_order_of_roles_and_those_without_come_last() -> None:
    roles = [None, ContactRole.BILLING_CONTACT, ContactRole.SPONSOR]
    contacts = [Contact(id=ContactId(f"crm:{n}"), role=role) for n, role in enumerate(roles)]
    assert by_role(contacts) == (contacts[2], contacts[1], contacts[0])


def test_what_is_not_said_leaves_its_field_as_it_is() -> None:
    command = new_write_back(stage=Stage.CLOSED)
    assert to_fields(command, KEY) == {"cashward_key": "cw:acme:crm:7", "cashward_stage": "closed"}


def test_figures_are_written_to_the_cent_and_an_empty_word_clears() -> None:
    command = new_write_back(stage=Stage.CLOSED, billed=Money.of("10.50", "EUR"), attention="")
    assert to_fields(command, KEY) == {
        "cashward_key": "cw:acme:crm:7",
        "cashward_stage": "closed",
        "cashward_billed": "10.50",
        "cashward_attention": "",
    }


def test_a_project_that_was_written_over_since_is_not_cleared() -> None:
    command = new_write_back(project="P", project_url=LINK)
    assert to_clear(command, KEY, record(project="Q", project_url=LINK)) == ["cashward_project_url"]


def test_a_command_without_a_project_clears_whichever_is_there() -> None:
    assert set(to_clear(new_write_back(), KEY, record(project="Q"))) == {
        "cashward_project",
        "cashward_project_url",
    }


def test_nothing_is_cleared_on_a_record_of_another_deal() -> None:
    command = new_write_back(project="P", project_url=LINK)
    assert not to_clear(command, KEY, record(project="P", key=THEIRS.of(DEAL)))
