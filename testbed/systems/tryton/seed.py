"""Seeds Tryton's database: a program for Tryton's own interpreter, not for ours.

`python seed.py CONFIG DATABASE YEAR`, on a database whose modules are activated. The data is in
seed.json, where a currency has one rate until this year and one since. Every start copies the
result.
"""

import datetime as dt
import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from proteus import Model, Wizard, config

DATA = json.loads(Path(__file__).with_suffix(".json").read_text())


class Databases:
    """One company, from its currency to its users."""

    def __init__(self, context: Any, year: int) -> None:  # noqa: ANN401  proteus has no types
        self.context = context
        self.year = year
        self.new_year = dt.date(year, 1, 1)

    def make(self) -> None:
        self.countries()
        self.currencies()
        self.company()
        self.chart()
        for year in (self.year - 1, self.year, self.year + 1):
            self.fiscal_year(year)
        self.journals()
        self.taxes()
        self.terms()
        self.products()
        self.people()

    def countries(self) -> None:
        for code, name in DATA["countries"].items():
            Model.get("country.country")(name=name, code=code).save()

    def currencies(self) -> None:
        self.currency = {}
        for code, known in DATA["currencies"].items():
            made = Model.get("currency.currency")(name=code, code=code, symbol=code)
            made.digits, made.rounding = known["digits"], Decimal(1).scaleb(-known["digits"])
            for date, rate in (
                (dt.date(2020, 1, 1), known["before"]),
                (self.new_year, known["now"]),
            ):
                answer = made.rates.new()
                answer.date, answer.rate = date, Decimal(rate)
            made.save()
            self.currency[code] = made

    def company(self) -> None:
        party = Model.get("party.party")(name=DATA["company"])
        party.save()
        setup = Wizard("company.company.config")
        setup.execute("company")
        setup.form.party, setup.form.currency = party, self.currency["EUR"]
        setup.execute("add")
        preferences = Model.get("res.user").get_preferences(True, {})
        self.context._context = preferences  # noqa: SLF001  proteus documents it so
        (self.own,) = Model.get("company.company").find()

    def chart(self) -> None:
        data, template = Model.get("ir.model.data"), Model.get("account.account.template")
        setup = Wizard("account.create_chart")
        setup.execute("account")
        root = data.get_id("account.account_template_root_en", self.context.context)
        setup.form.account_template, setup.form.company = template(root), self.own
        setup.execute("create_account")
        self.revenue, self.expense = self.account("revenue"), self.account("expense")
        setup.form.account_receivable = self.account("receivable")
        setup.form.account_payable = self.account("payable")
        setup.form.category_account_revenue = self.revenue
        setup.form.category_account_expense = self.expense
        setup.execute("create_properties")

    def account(self, kind: str) -> Any:  # noqa: ANN401
        asked = [(f"type.{kind}", "=", True), ("closed", "!=", True)]
        return Model.get("account.account").find(asked, limit=1)[0]

    def fiscal_year(self, year: int) -> None:
        made = Model.get("account.fiscalyear")(name=str(year), company=self.own)
        made.start_date, made.end_date = dt.date(year, 1, 1), dt.date(year, 12, 31)
        made.move_sequence = self.sequence("Account Move", f"M{year}/")
        (numbers,) = made.invoice_sequences
        numbers.out_invoice_sequence = self.sequence("Invoice", f"INV/{year}/")
        numbers.out_credit_note_sequence = self.sequence("Invoice", f"CN/{year}/")
        numbers.in_invoice_sequence = self.sequence("Invoice", f"BILL/{year}/")
        numbers.in_credit_note_sequence = self.sequence("Invoice", f"SCN/{year}/")
        made.save()
        made.click("create_period")

    def sequence(self, kind: str, prefix: str) -> Any:  # noqa: ANN401
        """Make a strict sequence, which skips no number."""
        (known,) = Model.get("ir.sequence.type").find([("name", "=", kind)])
        made = Model.get("ir.sequence.strict")(name=prefix, sequence_type=known, company=self.own)
        made.prefix, made.padding = prefix, 5
        made.save()
        return made

    def journals(self) -> None:
        """Make a bank account with statements per currency, and set where differences go."""
        find = Model.get("account.journal").find
        (cash,) = Model.get("account.account").find([("code", "=", "1.1.1")])
        (statements,), (differences,) = find([("code", "=", "STA")]), find([("code", "=", "EXC")])
        for code, currency in self.currency.items():
            bank = Model.get("account.account")(name=f"Bank {code}", code=f"1.1.1.{code}")
            bank.type, bank.parent, bank.company = cash.type, cash.parent, self.own
            bank.save()
            book = Model.get("account.statement.journal")(name=f"Bank {code}", journal=statements)
            book.account, book.currency, book.company = bank, currency, self.own
            book.validation = "amount"
            book.save()
        settings = Model.get("account.configuration")(1)
        settings.currency_exchange_journal = differences
        settings.currency_exchange_credit_account = self.revenue
        settings.currency_exchange_debit_account = self.expense
        settings.save()

    def taxes(self) -> None:
        (owed,) = Model.get("account.account").find([("code", "=", "6.3.6")])
        self.tax = {}
        for name, known in DATA["taxes"].items():
            made = Model.get("account.tax")(name=name, description=name, type="percentage")
            made.rate, made.legal_notice = Decimal(known["rate"]), known["notice"]
            made.invoice_account = made.credit_note_account = owed
            made.save()
            self.tax[name] = made

    def terms(self) -> None:
        for days in (14, 30, 60):
            made = Model.get("account.invoice.payment_term")(name=f"{days} days")
            made.lines.new(type="remainder").relativedeltas.new(days=days)
            made.save()

    def products(self) -> None:
        services = Model.get("product.category")(name="Services", accounting=True)
        services.account_revenue, services.account_expense = self.revenue, self.expense
        services.customer_taxes.append(Model.get("account.tax")(self.tax["VAT 23 %"].id))
        services.save()
        for name, code, unit in (("Hour of work", "HOUR", "Hour"), ("Milestone", "PART", "Unit")):
            made = Model.get("product.template")(name=name, code=code, type="service")
            (made.default_uom,) = Model.get("product.uom").find([("name", "=", unit)])
            made.list_price, made.account_category = Decimal(100), services
            made.products[0].cost_price = Decimal(0)
            made.save()

    def people(self) -> None:
        for login, known in DATA["users"].items():
            made = Model.get("res.user")(
                login=login, name=known["name"], password=f"{login}-password-1"
            )
            for group in Model.get("res.group").find([("name", "in", known["groups"])]):
                made.groups.append(group)
            made.companies.append(Model.get("company.company")(self.own.id))
            made.company = self.own
            made.save()


def main() -> None:
    settings, database, year = sys.argv[1:]
    context = config.set_trytond(database=database, user="admin", config_file=settings)
    Databases(context, int(year)).make()


if __name__ == "__main__":
    main()
