"""The acts of people in Tryton's client: the bank's statements, the accountant's corrections."""

import base64
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from testbed.systems.common.system import Place

_INVOICE = "account.invoice"


class Said(Exception):
    """Tryton's refusal or question; its class and words."""


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in and confirms whatever Tryton asks."""

    http: httpx.AsyncClient
    database: str
    context: dict[str, Any]

    async def call(self, method: str, *params: Any, **about: Any) -> Any:  # noqa: ANN401  JSON
        for _ in range(5):
            answer = await self.ask(method, [*params, {**self.context, **about}])
            if "error" not in answer:
                return answer["result"]
            kind, (name, *_) = answer["error"][0], answer["error"][1]
            if kind != "UserWarning":
                raise Said(f"{kind}: {name}")
            skip = "model.res.user.warning.skip"
            await self.ask(skip, [name, False, self.context])
        raise Said(f"it keeps asking: {method}")

    async def read(self, model: str, domain: Sequence[Any], *fields: str) -> list[dict[str, Any]]:
        asked = (domain, 0, None, [["id", "ASC"]], fields)
        rows: list[dict[str, Any]] = await self.call(f"model.{model}.search_read", *asked)
        return rows

    async def wizard(
        self, name: str, model: str, ids: Sequence[int], step: str = "", **form: object
    ) -> None:
        """Walk through a wizard over these records; `step` is the button pressed on its form."""
        session, start, _ = await self.call(f"wizard.{name}.create")
        about = {"active_model": model, "active_id": ids[0], "active_ids": list(ids)}
        data = {start: form} if form else {}
        await self.call(f"wizard.{name}.execute", session, data, step or start, **about)

    async def pay(self, invoice: int, amount: str, *, number: str) -> int:
        """Post a statement of one line. `number` is the bank's transaction."""
        statement = await self.note_payment(invoice, amount, number=number)
        await self.call("model.account.statement.post", [statement])
        return statement

    async def note_payment(self, invoice: int, amount: str, *, number: str) -> int:
        """Validate a statement of one line; it counts already, but can still be reversed."""
        fields = ("party", "account", "currency", "company")
        ((bill,)) = await self.read(_INVOICE, [["id", "=", invoice]], *fields)
        journals = [["currency", "=", bill["currency"]]]
        journal = (await self.read("account.statement.journal", journals, "id"))[0]["id"]
        today, money = _today(), {"__class__": "Decimal", "decimal": amount}
        line = {
            "number": number,
            "date": today,
            "amount": money,
            "party": bill["party"],
            "account": bill["account"],
            "related_to": f"{_INVOICE},{invoice}",
        }
        values = {
            "name": number,
            "journal": journal,
            "company": bill["company"],
            "date": today,
            "total_amount": money,
            "lines": [["create", [line]]],
        }
        (made,) = await self.call("model.account.statement.create", [values])
        await self.call("model.account.statement.validate_statement", [made])
        return int(made)

    async def unpay(self, invoice: int) -> None:
        """Reverse a payment: it no longer settles the invoice."""
        fields = ("reconciliation_lines", "lines_to_pay")
        ((bill,)) = await self.read(_INVOICE, [["id", "=", invoice]], *fields)
        lines = [*bill["reconciliation_lines"], *bill["lines_to_pay"]]
        await self.wizard("account.move.unreconcile_lines", "account.move.line", lines)

    async def credit(self, invoice: int) -> None:
        """Credit it in full by Tryton's wizard, which cancels the invoice."""
        form = {"with_refund": True, "with_refund_allowed": True, "invoice_date": None}
        await self.wizard("account.invoice.credit", _INVOICE, [invoice], "credit", **form)

    async def ask(self, method: str, params: Sequence[Any]) -> dict[str, Any]:
        body = {"id": 0, "method": method, "params": params}
        response = await self.http.post(f"/{self.database}/rpc/", json=body)
        answer: dict[str, Any] = response.raise_for_status().json()
        return answer


@asynccontextmanager
async def person(place: Place, login: str) -> AsyncIterator[Person]:
    """Sign in as `login` while the block runs, or until the system is reset."""
    password = {"password": place.credentials[login]}
    async with httpx.AsyncClient(base_url=place.url, timeout=60) as http:
        somebody = Person(http, place.credentials["database"], {})
        answer = await somebody.ask("common.db.login", [login, password, "en"])
        user, token, _ = answer["result"]
        key = base64.b64encode(f"{login}:{user}:{token}".encode()).decode()
        http.headers["Authorization"] = f"Session {key}"
        mine = await somebody.call("model.res.user.get_preferences", True)
        company = mine["company"]
        somebody.context.update(company=company, companies=[company], language="en")
        yield somebody


def _today() -> dict[str, Any]:
    now = datetime.now(UTC)
    return {"__class__": "date", "year": now.year, "month": now.month, "day": now.day}
