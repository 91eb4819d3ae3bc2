"""Idempotency keys: six minutes for each app, errors included; and the faults that need them."""

from typing import Any

import httpx
import pytest

from tests.testbed.vendors.xero.caller import Body, Caller, Open, draft, payment

KEY = {"Idempotency-Key": "cw-1"}


async def test_a_repeat_gets_the_first_answer_and_does_nothing(xero: Caller) -> None:
    body = draft(await xero.customer())
    first = await xero.ask("PUT", "/Invoices", body, headers=KEY)
    second = await xero.ask("PUT", "/Invoices", body, headers=KEY)
    assert second.content == first.content
    assert xero.count("Invoices") == 1
    assert [entry["committed"] for entry in xero.log[-2:]] == [True, False]


async def test_after_six_minutes_the_same_key_creates_a_second_one(xero: Caller) -> None:
    body = draft(await xero.customer())
    await xero.put("/Invoices", body, headers=KEY)
    await xero.advance(350)
    await xero.put("/Invoices", body, headers=KEY)
    assert xero.count("Invoices") == 1
    await xero.advance(11)
    await xero.put("/Invoices", body, headers=KEY)
    assert xero.count("Invoices") == 2


async def test_stored_answers_outlive_a_restart(open_xero: Open) -> None:
    async with open_xero() as xero:
        body = draft(await xero.customer())
        first = await xero.put("/Invoices", body, headers=KEY)
    async with open_xero() as xero:
        assert await xero.put("/Invoices", body, headers=KEY) == first
        assert xero.count("Invoices") == 1


async def test_a_refusal_is_stored_like_a_success(xero: Caller) -> None:
    contact = await xero.customer()
    await xero.invoice(contact, InvoiceNumber="CW-1")
    body = {**draft(contact), "InvoiceNumber": "CW-1"}
    first = await xero.ask("PUT", "/Invoices", body, headers=KEY)
    await xero.post("/Invoices/CW-1", {"InvoiceNumber": "CW-2"})
    second = await xero.ask("PUT", "/Invoices", body, headers=KEY)
    assert (first.status_code, second.content) == (400, first.content)
    await xero.put("/Invoices", body, headers={"Idempotency-Key": "cw-2"})


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/Invoices?unitdp=4"},
        {"more": {"Reference": "other"}},
    ],
)
async def test_a_key_belongs_to_one_request(xero: Caller, other: dict[str, Any]) -> None:
    body = draft(await xero.customer())
    await xero.put("/Invoices", body, headers=KEY)
    changed = {**body, **other.get("more", {})}
    answer = await xero.ask("PUT", other.get("path", "/Invoices"), changed, headers=KEY)
    assert answer.status_code == 400
    assert answer.json()["Message"] == ("Idempotency Key: cw-1 is used with a different request.")
    assert xero.count("Invoices") == 1


async def test_a_key_belongs_to_one_app(xero: Caller) -> None:
    contact = await xero.customer()
    await xero.put("/Invoices", draft(contact), headers=KEY)
    form = {"grant_type": "client_credentials"}
    app = ("bank-feed", "xero-bank-secret")
    token = (await xero.client.post("/connect/token", data=form, auth=app)).json()
    other = {**KEY, "Authorization": f"Bearer {token['access_token']}"}
    await xero.put("/Invoices", draft(contact), headers=other)
    assert xero.count("Invoices") == 2
    assert xero.log[-1]["actor"] == "bank"


async def test_a_key_has_at_most_128_characters(xero: Caller) -> None:
    for length, status in ((128, 200), (129, 400)):
        headers = {"Idempotency-Key": "k" * length}
        answer = await xero.ask("PUT", "/Contacts", {"Name": f"A{length}"}, headers=headers)
        assert answer.status_code == status


def fault(kind: str, key: str = "cw:m2") -> Body:
    rule = {"operation": "PUT *", "key": key, "attempt": 0, "kind": kind}
    return {"rules": [rule], "late_by": 0}


async def sent(xero: Caller, body: Body, key: str) -> int | None:
    """The status, or None when there is no answer."""
    try:
        headers = {"Idempotency-Key": key}
        return (await xero.ask("PUT", "/Invoices", body, headers=headers)).status_code
    except httpx.RemoteProtocolError:
        return None


@pytest.mark.parametrize("kind", ["lost_reply", "late_commit"])
async def test_a_lost_reply_under_a_key_is_had_by_asking_again(open_xero: Open, kind: str) -> None:
    async with open_xero(faults=fault(kind)) as xero:
        body = {**draft(await xero.customer()), "Reference": "cw:m2"}
        assert await sent(xero, body, "k") is None
        assert xero.count("Invoices") == 1
        assert await sent(xero, body, "k") == 200
        assert xero.count("Invoices") == 1


@pytest.mark.parametrize(("kind", "made"), [("error_before", 0), ("error_after", 1)])
async def test_a_500_is_stored_too_so_that_a_new_key_is_needed(
    open_xero: Open, kind: str, made: int
) -> None:
    async with open_xero(faults=fault(kind)) as xero:
        body = {**draft(await xero.customer()), "Reference": "cw:m2"}
        assert [await sent(xero, body, "k") for _ in range(3)] == [500, 500, 500]
        assert xero.count("Invoices") == made
        assert await sent(xero, body, "other") == 200
        assert xero.count("Invoices") == made + 1


async def test_a_429_is_not_stored(open_xero: Open) -> None:
    async with open_xero(faults=fault("throttle")) as xero:
        body = {**draft(await xero.customer()), "Reference": "cw:m2"}
        first = await xero.ask("PUT", "/Invoices", body, headers=KEY)
        assert (first.status_code, first.headers["Retry-After"]) == (429, "1")
        assert first.headers["X-Rate-Limit-Problem"] == "minute"
        assert await sent(xero, body, "cw-1") == 200


async def test_a_request_is_named_by_what_it_means(xero: Caller) -> None:
    contact = await xero.customer(ContactNumber="cw-acc-1")
    invoice = await xero.invoice(contact, InvoiceNumber="CW-1", Status="AUTHORISED")
    await xero.invoice(contact, InvoiceNumber="CW-2", Reference="cw:m2")
    await xero.post(f"/Invoices/{invoice['InvoiceID']}", {"Status": "AUTHORISED"})
    await xero.put("/Payments", {"Payments": [payment(invoice, 1, Reference="cw:pay")]})
    assert [(entry["operation"].split("/")[-1], entry["key"]) for entry in xero.log[-5:]] == [
        ("Contacts", "cw-acc-1"),
        ("Invoices", "CW-1"),
        ("Invoices", "cw:m2"),
        ("{id}", invoice["InvoiceID"]),
        ("Payments", "cw:pay"),
    ]
