"""What the organisation can add to its settings: items, tax rates, tracking."""

from collections.abc import Iterator
from decimal import Decimal

from testbed.vendors.common.call import Answer, Call
from testbed.vendors.common.state import Doc
from testbed.vendors.xero import refusals
from testbed.vendors.xero.books import Books, new_id
from testbed.vendors.xero.desks.batch import save_all
from testbed.vendors.xero.refusals import Invalid
from testbed.vendors.xero.rules.amounts import units
from testbed.vendors.xero.wire.render import out
from testbed.vendors.xero.wire.requests import Element, decimal_in, part_of, parts_of, text_of

_ACTIVE = {"Status": "ACTIVE"}
_LONGEST_CODE = 30
_MOST_ACTIVE_CATEGORIES = 2
_RATE_APPLIES_TO = ("Assets", "Equity", "Expenses", "Liabilities", "Revenue")


class CatalogueDesk:
    """Serves the writes to items, tax rates and tracking."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def save_items(self, call: Call) -> Answer:
        """PUT refuses a code that is taken; POST changes the item that has it."""
        return save_all(call, "Items", lambda sent: self._item(call, sent), out)

    def create_tax_rate(self, call: Call) -> Answer:
        return save_all(call, "TaxRates", self._tax_rate, out)

    def create_category(self, call: Call) -> Answer:
        return save_all(call, "TrackingCategories", self._category, out)

    def create_option(self, call: Call) -> Answer:
        """`PUT /TrackingCategories/{id}/Options`: names are unique in the category."""
        if not self._books.get("TrackingCategories", call.params["id"]):
            raise refusals.absent()
        return save_all(call, "Options", lambda sent: self._option(call, sent), out)

    def _item(self, call: Call, sent: Element) -> Doc:
        code = text_of(sent, "Code") or ""
        holders = self._books.by("Items", "Code", code)
        if not code or len(code) > _LONGEST_CODE:
            raise Invalid(f"The item code must have between 1 and {_LONGEST_CODE} characters.")
        if holders and call.method == "PUT":
            raise Invalid(f"Price List Item with Code '{code}' already exists")
        before: Doc = holders[0] if holders else {"IsSold": True, "IsPurchased": False}
        texts = _present({name: text_of(sent, name) for name in ("Code", "Name", "Description")})
        sales = before.get("SalesDetails", {}) | _sales(part_of(sent, "SalesDetails"))
        return self._books.file("Items", before | texts | {"SalesDetails": sales})

    def _tax_rate(self, sent: Element) -> Doc:
        """A rate of the organisation's own; the vendor names its TaxType (TAX002, …)."""
        parts = parts_of(sent, "TaxComponents")
        rates = [decimal_in(part, "Rate") or Decimal(0) for part in parts]
        name = text_of(sent, "Name") or ""
        if not name or not parts or self._books.shelf("TaxRates").find(Name=name):
            raise Invalid("A tax rate needs a name of its own and at least one component.")
        number = self._books.store.next_id("TaxRates", start=2)
        effective = str(sum(rates))
        rate = {
            "TaxType": f"TAX{number:03d}",
            "Name": name,
            "Status": "ACTIVE",
            "ReportTaxType": text_of(sent, "ReportTaxType") or "OUTPUT",
            "DisplayTaxRate": effective,
            "EffectiveRate": effective,
            "TaxComponents": [*map(_component, parts, rates)],
            **{f"CanApplyTo{what}": True for what in _RATE_APPLIES_TO},
        }
        self._books.shelf("TaxRates").put(str(rate["TaxType"]), rate)
        return rate

    def _category(self, sent: Element) -> Doc:
        name = text_of(sent, "Name") or ""
        existing = [*self._books.shelf("TrackingCategories").values()]
        if reasons := [*_category_problems(name, existing)]:
            raise Invalid(*reasons)
        return self._keep({"TrackingCategoryID": new_id(), "Name": name, **_ACTIVE, "Options": []})

    def _option(self, call: Call, sent: Element) -> Doc:
        category = self._books.get("TrackingCategories", call.params["id"]) or {}
        name = text_of(sent, "Name") or ""
        if not name:
            raise Invalid("The tracking option name must be specified.")
        if any(option["Name"].casefold() == name.casefold() for option in category["Options"]):
            raise Invalid(f"The tracking option name {name} must be unique in its category.")
        option = {"TrackingOptionID": new_id(), "Name": name, **_ACTIVE}
        options = [*category["Options"], option]
        self._keep({**category, "Options": options})
        return option

    def _keep(self, category: Doc) -> Doc:
        """Keep a category, which, unlike documents, does not say when it was changed."""
        self._books.shelf("TrackingCategories").put(category["TrackingCategoryID"], category)
        return category


def _sales(sent: Element) -> Doc:
    price = decimal_in(sent, "UnitPrice")
    texts = {name: text_of(sent, name) for name in ("AccountCode", "TaxType")}
    return _present({**texts, "UnitPrice": None if price is None else str(units(price))})


def _component(part: Element, rate: Decimal) -> Doc:
    return {"Name": part.get("Name", ""), "Rate": str(rate), "IsCompound": False}


def _present(doc: Doc) -> Doc:
    return {name: value for name, value in doc.items() if value is not None}


def _category_problems(name: str, existing: list[Doc]) -> Iterator[str]:
    if not name:
        yield "The tracking category name must be specified."
    if len(existing) >= _MOST_ACTIVE_CATEGORIES:
        yield f"There can be at most {_MOST_ACTIVE_CATEGORIES} active tracking categories."
    if any(category["Name"].casefold() == name.casefold() for category in existing):
        yield f"The tracking category name {name} must be unique."
