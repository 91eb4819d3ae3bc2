"""One company of one Tryton database: how it is called, and what its chart offers documents."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote, urlsplit

from connectors.common import Api, Cached, Response, together
from connectors.tryton.wire import (
    MODEL,
    SYSTEM,
    Asked,
    Company,
    Created,
    Currency,
    Defaults,
    Journal,
    LedgerAccount,
    Mine,
    Opened,
    R,
    Row,
    Rows,
    Tax,
    Values,
    explain_reply,
)
from domain.effect import Receipt
from domain.ids import ExternalId
from domain.tax import TaxRule, TaxTreatment
from ports.failures import ConnectorFailure, Misconfigured, Rejected

_LIFE = timedelta(minutes=10)
_MOST_QUESTIONS = 5
_NAMED: Final = {
    TaxTreatment.REVERSE_CHARGE: "reverse charge",
    TaxTreatment.EXPORT: "export",
    TaxTreatment.EXEMPT: "exempt",
}


@dataclass(frozen=True)
class Links:
    """Where people find a record: in the web client `app`, else in the one on their desk."""

    server: str
    database: str
    app: str = ""
    makes_pdf: bool = False

    def write_back(self, model: str, id: int) -> str:
        place = f"{quote(self.database)}/model/{model}/{id}"
        if self.app:
            return f"{self.app}/#{place}"
        return f"tryton://{urlsplit(self.server).netloc}/{place}"

    def made(self, model: str, id: int) -> Receipt:
        return Receipt(id=ExternalId(str(id)), url=self.write_back(model, id))

    def pdf(self, invoice: int) -> str:
        """The printed invoice, for who has a key to Tryton's REST API."""
        if not self.makes_pdf:
            return ""
        return f"{self.server}/{quote(self.database)}/rest/report/{MODEL}/{invoice}"


@dataclass(frozen=True, kw_only=True)
class Walk:
    """Through a wizard over these records, which fills in its form and presses one of its buttons.

    What it creates has the presets wherever the wizard itself gives no value.
    """

    wizard: str
    model: str
    ids: Sequence[int]
    button: str = ""
    form: Values = field(default_factory=dict)
    presets: Values = field(default_factory=dict)

    @property
    def about(self) -> Values:
        records = {"active_model": self.model, "active_id": self.ids[0], "active_ids": self.ids}
        return {**records, **{f"default_{name}": value for name, value in self.presets.items()}}


class Office:
    """One company of one database, as our user sees it."""

    def __init__(self, api: Api, links: Links) -> None:
        self.links = links
        self._api = api
        self._company = Cached(self._my_company, _LIFE)

    async def company(self) -> int:
        return await self._company.get()

    async def search(
        self, rows: type[Rows[R]], domain: Sequence[Any], *, limit: int | None = None
    ) -> list[R]:
        """Records, oldest first; archived ones only where the domain asks for them."""
        row = rows.row()
        params = [domain, 0, limit, [["id", "ASC"]], [*row.reads()]]
        method = f"model.{row.model}.search_read"
        answer = await self._call(method, params, await self._context(), reads=True)
        return answer.read(rows).result

    async def create(self, model: str, values: Values) -> int:
        answer = await self._change(f"model.{model}.create", [values])
        return answer.read(Created).result[0]

    async def write(self, model: str, id: int, values: Values) -> None:
        await self._change(f"model.{model}.write", [id], values)

    async def press(self, model: str, button: str, id: int) -> None:
        """Delete it, or do what a button of its form does."""
        await self._change(f"model.{model}.{button}", [id])

    async def walk(self, walk: Walk) -> None:
        name, context = f"wizard.{walk.wizard}", await self._context()
        opened = await self._call(f"{name}.create", [], context, reads=True)
        session, start, _ = opened.read(Opened).result
        step = [session, {start: walk.form}, walk.button or start]
        await self._insist(f"{name}.execute", step, {**context, **walk.about})
        with suppress(ConnectorFailure):  # What is left of a session is in nobody's way.
            await self._call(f"{name}.delete", [session], context, reads=True)

    async def _change(self, method: str, *params: Any) -> Response:  # noqa: ANN401  JSON can be anything
        return await self._insist(method, params, await self._context())

    async def _insist(self, method: str, params: Sequence[Any], context: Values) -> Response:
        """Tryton asks one question at a time, and forgets an answer once it has used it."""
        for _ in range(_MOST_QUESTIONS):
            try:
                return await self._call(method, params, context, reads=False)
            except Asked as asked:
                question = asked
                if not asked.is_harmless:
                    break
            # Until it is answered nothing is done, so a lost call here changed nothing.
            skip = [question.name, False]
            await self._call("model.res.user.warning.skip", skip, context, reads=True)
        reason = f"Tryton asks a question that a person must answer there: {question.words}"
        raise Rejected(SYSTEM, reason)

    async def _call(
        self, method: str, params: Sequence[Any], context: Values, *, reads: bool
    ) -> Response:
        # With exactly these three names Tryton wraps errors; with any other it answers in HTTP.
        body = {"id": 0, "method": method, "params": [*params, context]}
        answer = await self._api.post("/{}/rpc/", self.links.database, body=body, reads=reads)
        explain_reply(answer)
        return answer

    async def _context(self) -> Values:
        company = await self.company()
        return {"company": company, "companies": [company], "language": "en"}

    async def _my_company(self) -> int:
        method = "model.res.user.get_preferences"
        answer = await self._call(method, [True], {}, reads=True)
        company = answer.read(Mine).result.company
        if company is None:
            raise Misconfigured(SYSTEM, "give the user a company in Tryton's preferences")
        return company


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The reference data of a company, read at once."""

    company: str
    taxes: list[Tax]
    currencies: dict[str, int]
    journal: int | None
    receivable: int | None
    revenue: int | None


class Chart:
    """Which of the company's taxes, accounts and currencies we use, and what is wanting.

    `names` are taxes by treatment, `account` the code of the revenue account: without one, what
    Tryton has by default. Facts are kept a while, and read anew where they do not do.
    """

    def __init__(
        self,
        office: Office,
        names: Mapping[TaxTreatment, str],
        account: str,
        currencies: Sequence[str],
    ) -> None:
        self._office = office
        self._names = names
        self._account = account
        self._currencies = currencies
        self._facts = Cached(self._read, _LIFE)

    async def facts(self) -> Facts:
        return await self._facts.get()

    async def tax(self, rule: TaxRule) -> Tax:
        """Tryton's tax for the rule. Raises Misconfigured, naming what must be set up."""
        found: list[Tax] = []
        # A person may have mended it since.
        for facts in (self._facts.get, self._facts.again):
            found = self._fitting(await facts(), rule.treatment, rule.rate)
            if len(found) == 1:
                return found[0]
        rate = f"{rule.rate.normalize():f} %"
        raise Misconfigured(SYSTEM, _wanted(rule.treatment, rate, found))

    async def currency(self, code: str) -> int:
        for facts in (self._facts.get, self._facts.again):
            if found := (await facts()).currencies.get(code):
                return found
        raise Misconfigured(SYSTEM, _no_currency(code))

    async def wanting(self) -> tuple[str, ...]:
        """What a person must still set up in Tryton, one sentence each."""
        facts = await self._facts.again()
        accounts = {
            "a revenue account: set the default of product categories, or `account`": facts.revenue,
            "a receivable account: set the default of parties": facts.receivable,
            "a journal of type revenue": facts.journal,
        }
        missing = [
            f"finance must give Tryton {what}" for what, known in accounts.items() if not known
        ]
        absent = [_no_currency(code) for code in self._currencies if code not in facts.currencies]
        return (*self._wanting_taxes(facts), *missing, *absent)

    def _wanting_taxes(self, facts: Facts) -> Iterator[str]:
        for treatment in TaxTreatment:
            is_taxed = treatment is TaxTreatment.DOMESTIC
            found = self._fitting(facts, treatment, None if is_taxed else Decimal(0))
            # Which of several domestic rates is meant, the rule will say.
            if not found or (len(found) > 1 and not is_taxed):
                rate = "the standard rate" if is_taxed else "0 %"
                yield _wanted(treatment, rate, found)

    def _fitting(self, facts: Facts, treatment: TaxTreatment, rate: Decimal | None) -> list[Tax]:
        """Of this rate, else of any above zero: by the chosen name, or by a word in it."""
        for_sales = [
            tax
            for tax in facts.taxes
            if tax.is_for_sales and (tax.percent > 0 if rate is None else tax.percent == rate)
        ]
        if chosen := self._names.get(treatment):
            return [tax for tax in for_sales if tax.name == chosen]
        if treatment is TaxTreatment.DOMESTIC:
            return for_sales
        return [tax for tax in for_sales if _NAMED[treatment] in tax.name.lower()]

    async def _read(self) -> Facts:
        company, find = await self._office.company(), self._office.search
        ours = ["company", "=", company]
        async with together() as group:
            companies = group.create_task(find(Rows[Company], [["id", "=", company]]))
            taxes = group.create_task(find(Rows[Tax], [ours, ["parent", "=", None]]))
            currencies = group.create_task(find(Rows[Currency], []))
            journals = group.create_task(find(Rows[Journal], [["type", "=", "revenue"]]))
            code = [["code", "=", self._account], ours]
            accounts = group.create_task(find(Rows[LedgerAccount], code))
            defaults = group.create_task(find(Rows[Defaults], []))
        (who,), (preset,) = companies.result(), defaults.result()
        own = _first(accounts.result())
        return Facts(
            company=f"{who.rec_name} ({who.currency.rec_name})",
            taxes=taxes.result(),
            currencies={each.code: each.id for each in currencies.result()},
            journal=_first(journals.result()),
            receivable=preset.default_account_receivable,
            revenue=own if self._account else preset.default_category_account_revenue,
        )


def _first(rows: Sequence[Row]) -> int | None:
    return rows[0].id if rows else None


def _no_currency(code: str) -> str:
    return f"finance must add the currency {code} to Tryton, with its rate"


def _wanted(treatment: TaxTreatment, rate: str, found: Sequence[Tax]) -> str:
    kind = treatment.replace("_", " ")
    if found:
        names = ", ".join(each.name for each in found)
        return f"several taxes fit {kind} sales: choose one in `taxes`: {names}"
    called = f" with {_NAMED[treatment]!r} in its name" if treatment in _NAMED else ""
    return (
        f"no tax fits {kind} sales: finance must create a tax of {rate}{called}, "
        "or name theirs in `taxes`"
    )
