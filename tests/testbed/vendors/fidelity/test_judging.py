"""The judge itself: what it must report, and in which words."""

import json
from typing import Any

import pytest
from hubspot.crm import deals
from xero_python import accounting

from tests.testbed.vendors.fidelity.document import Document, document
from tests.testbed.vendors.fidelity.judging import Judge, Known
from tests.testbed.vendors.fidelity.shape import differences
from tests.testbed.vendors.fidelity.tape import Exchange

_DEALS = "/crm/v3/objects/deals"
_RECORD = {
    "id": "1",
    "properties": {"amount": "1"},
    "createdAt": "2026-11-24T09:00:00Z",
    "updatedAt": "2026-11-24T09:00:00.120Z",
    "archived": False,
}


@pytest.fixture(scope="module")
def vendor() -> Document:
    return document(["hubspot.crm.deals"])


def exchange(answer: object, *, status: int = 200, request: object = None) -> Exchange:
    return Exchange(
        operation=f"PATCH {_DEALS}/{{id}}",
        actor="cashward",
        method="PATCH",
        path=f"{_DEALS}/1",
        query=frozenset(),
        request=json.dumps(request).encode() if request else b"",
        status=status,
        answer=json.dumps(answer).encode(),
    )


def said(judge: Judge) -> list[str]:
    return [str(each) for each in judge.verdict.complaints.values()]


def test_a_documented_answer_passes(vendor: Document) -> None:
    judge = Judge(vendor, {})
    judge.hold([exchange(_RECORD, request={"properties": {"amount": "1"}})], asked_by="cashward")
    assert said(judge) == []


@pytest.mark.parametrize(
    ("change", "at", "says"),
    [
        ({"colour": "red"}, "answer.colour", "no such field in SimplePublicObject"),
        ({"id": 1}, "answer.id", "str"),
        ({"properties": {"amount": 1}}, "answer.properties.amount", "str"),
        ({"createdAt": "24.11.2026"}, "answer.createdAt", "datetime"),
        ({"createdAt": "2026-11-24T09:00:00"}, "answer.createdAt", "datetime"),
        ({"archived": None}, "answer.archived", "bool"),
    ],
)
def test_a_complaint_names_place_claim_and_value(
    vendor: Document, change: dict[str, Any], at: str, says: str
) -> None:
    judge = Judge(vendor, {})
    judge.hold([exchange(_RECORD | change)])
    ((complaint),) = said(judge)
    sent = next(iter(change.values()))
    sent = sent.get("amount") if isinstance(sent, dict) else sent
    assert complaint == (
        f"PATCH {_DEALS}/{{id}}\n    at {at}\n    the document says: {says}\n    sent: {sent!r}"
    )


def test_what_the_document_requires_must_be_there(vendor: Document) -> None:
    judge = Judge(vendor, {404: "Error"})
    judge.hold([exchange({"message": "no", "correlationId": "1"}, status=404)])
    ((complaint),) = said(judge)
    assert "at answer 404.category" in complaint
    assert complaint.endswith("sent: nothing")


def test_another_status_than_the_documented_is_reported(vendor: Document) -> None:
    judge = Judge(vendor, {})
    judge.hold([exchange(_RECORD, status=201)])
    assert said(judge) == [
        f"PATCH {_DEALS}/{{id}}\n    at status\n    the document says: 200\n    sent: 201"
    ]


def test_only_requests_of_the_one_asked_for_are_held(vendor: Document) -> None:
    odd = exchange(_RECORD, request={"properties": {"amount": 1}, "colour": "red"})
    stranger, ours = Judge(vendor, {}), Judge(vendor, {})
    stranger.hold([odd])
    ours.hold([odd], asked_by="cashward")
    assert (len(said(stranger)), len(said(ours))) == (0, 2)


def test_a_known_difference_passes_as_it_is_known_and_in_no_other_way(vendor: Document) -> None:
    known = Known("*", "answer.properties.*", "null is empty", "None")
    judge = Judge(vendor, {}, [known])
    judge.hold([exchange(_RECORD | {"properties": {"amount": None}})])
    assert (said(judge), judge.verdict.unseen) == ([], set())
    judge.hold([exchange(_RECORD | {"properties": {"amount": 1}})])
    assert len(said(judge)) == 1


@pytest.mark.parametrize(
    ("type_", "fine", "wrong"),
    [
        ("Payment", {"Date": "/Date(1792454400000+0000)/"}, {"Date": "2026-10-20"}),
        ("Payment", {"Amount": 17.5}, {"Amount": "17.50"}),
        ("Payment", {"Status": "DELETED"}, {"Status": "GONE"}),
        ("Invoice", {"CurrencyCode": "EUR"}, {"CurrencyCode": "EURO"}),
        ("Invoice", {"LineItems": []}, {"LineItems": {}}),
        ("Account", {"Type": "BANK"}, {"Type": "PIGGY"}),
        ("Contact", {"IsCustomer": True}, {"IsCustomer": "true"}),
    ],
)
def test_xeros_formats_and_words_are_held(
    type_: str, fine: dict[str, Any], wrong: dict[str, Any]
) -> None:
    models = accounting.models
    base = {"Type": "ACCREC"} if type_ == "Invoice" else {}
    assert not [*differences(base | fine, type_, models, "")]
    assert len([*differences(base | wrong, type_, models, "")]) == 1


def test_an_optional_field_may_be_absent_but_is_no_null() -> None:
    model = deals.models
    assert not [*differences(_RECORD, "SimplePublicObject", model, "")]
    assert [*differences(_RECORD | {"archivedAt": None}, "SimplePublicObject", model, "")]
