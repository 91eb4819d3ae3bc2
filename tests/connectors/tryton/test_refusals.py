"""Tryton's refusals without a status are recognised by class, since their words are translated."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from connectors.common import Response
from connectors.tryton.client import number_of
from connectors.tryton.errors import Question, require_result
from connectors.tryton.models.json import Day, Exact, Moment, TrytonModel, day, decimal
from domain.ids import ExternalId
from ports.failures import (
    Absent,
    ConnectorFailure,
    Misconfigured,
    Rejected,
    Uncertain,
    Unreachable,
)
from testbed.systems.common.exchange import Request
from testbed.systems.tryton import changes


def answer(*error: Any, changes: bool = True) -> Response:
    body = json.dumps({"id": 0, "error": error} if error else {"id": 0, "result": None})
    return Response("tryton", 200, httpx.Headers(), body, changes=changes)


def is_refused(response: Response) -> bool:
    try:
        require_result(response)
    except ConnectorFailure:
        return True
    return False


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (["UserError", ["Die Rechnung fehlt.", "", None]], Rejected),
        (["ConcurrencyException", "Records were modified in the meanwhile"], Unreachable),
        (["LoginException", ["code", "Code", "char"]], Misconfigured),
        (["'account_receivable_used'", ""], Uncertain),
    ],
)
def test_an_error_means_what_its_class_says(
    error: list[Any], failure: type[ConnectorFailure]
) -> None:
    with pytest.raises(failure) as raised:
        require_result(answer(*error))
    assert type(raised.value) is failure


def test_an_error_inside_tryton_while_it_only_looks_changed_nothing() -> None:
    with pytest.raises(Unreachable):
        require_result(answer("unknown", "", changes=False))


@pytest.mark.parametrize(
    ("name", "is_harmless"),
    [
        ("99ba69afe432.invoice_date_future", True),
        ("99ba69afe432.account.invoice eu_vat valid", True),
        ("99ba69afe432.invoice_similar", False),
        ("invoice_date_future", False),
    ],
)
def test_only_questions_we_know_are_confirmed(name: str, is_harmless: bool) -> None:
    with pytest.raises(Question) as asked:
        require_result(answer("UserWarning", [name, "Wirklich?", ""]))
    assert asked.value.is_harmless is is_harmless


def test_a_result_is_no_refusal() -> None:
    assert not is_refused(answer())


@pytest.mark.parametrize("id", ["6f0d3c1e-0000", "", "-1", "\uff11"])
def test_an_id_that_tryton_never_gave_is_absent(id: str) -> None:
    with pytest.raises(Absent):
        number_of(ExternalId(id))


class _Sample(TrytonModel):
    amount: Exact
    on: Day
    at: Moment


def test_values_pass_the_wire_unharmed() -> None:
    at = {"__class__": "datetime", "year": 2026, "month": 11, "day": 24, "hour": 2, "minute": 7}
    sent = {
        "amount": decimal(Decimal("99999999.99")),
        "on": day(date(2026, 1, 2)),
        "at": {**at, "second": 5, "microsecond": 31},
    }
    read = _Sample.model_validate(json.loads(json.dumps(sent)))
    assert (read.amount, read.on) == (Decimal("99999999.99"), date(2026, 1, 2))
    assert read.at.isoformat() == "2026-11-24T02:07:05.000031+00:00"


@pytest.mark.parametrize(
    ("method", "is_change"),
    [
        ("model.account.invoice.create", True),
        ("model.account.invoice.post", True),
        ("wizard.account.move.reconcile_lines.execute", True),
        ("wizard.account.move.reconcile_lines.create", False),
        ("model.account.invoice.search_read", False),
        ("model.res.user.warning.skip", False),
        ("common.db.login", False),
    ],
)
def test_a_change_is_known_by_its_method(method: str, is_change: bool) -> None:
    body = json.dumps({"id": 0, "method": method, "params": []}).encode()
    assert changes(Request("POST", "/tryton/rpc/", body)) is is_change
    assert not changes(Request("POST", "/tryton/rpc/", b"no json"))
