"""A document's lines: what they leave out is filled in, then each is priced and rounded."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from testbed.vendors.common.state import Doc
from testbed.vendors.xero.books import Books, new_id
from testbed.vendors.xero.refusals import Invalid
from testbed.vendors.xero.rules.amounts import Line, Priced, cents, price, units
from testbed.vendors.xero.wire.requests import Element, decimal_in, parts_of, text_of

_TEXTS = ("Description", "ItemCode", "AccountCode", "TaxType")
_PRICING = ("Quantity", "UnitAmount", "TaxType", "DiscountRate", "DiscountAmount")
_SALES_CLASSES = {"REVENUE", "EQUITY", "LIABILITY", "ASSET", "EXPENSE"}
_LONGEST_DESCRIPTION = 4000
_MOST_TRACKING = 2


@dataclass(frozen=True, kw_only=True)
class Pricing:
    """What a document says about all its lines."""

    line_amount_types: str
    unitdp: int
    books: Books


def draft_lines(sent: list[Element], kept: list[Doc], pricing: Pricing) -> list[Doc]:
    """The lines after a write: with an id changed, without added, unsent gone."""
    by_id = {line["LineItemID"]: line for line in kept}
    lines = []
    for element in sent:
        old = by_id.get(text_of(element, "LineItemID") or "")
        lines.append(_line(element, old, pricing))
    return lines


def priced(line: Doc) -> Priced:
    """The two amounts of a stored line."""
    return Priced(Decimal(line["LineAmount"]), Decimal(line["TaxAmount"]))


def unpriced(line: Doc) -> Doc:
    """A stored line without its amounts, to be priced anew."""
    return {name: value for name, value in line.items() if name not in {"TaxAmount", "LineAmount"}}


def is_note(line: Doc) -> bool:
    """Whether a line is a description only, without anything to charge."""
    return "UnitAmount" not in line


def line_problems(line: Doc, *, approved: bool, books: Books) -> Iterator[str]:
    """Every reason why a stored line cannot stand in a document."""
    if len(line.get("Description", "")) > _LONGEST_DESCRIPTION:
        yield f"Description must be at most {_LONGEST_DESCRIPTION} characters long."
    if approved and not line.get("Description"):
        yield "Description must be specified for each line item."
    if code := line.get("AccountCode"):
        account = next(iter(books.by("Accounts", "Code", code)), None)
        if not account or not _takes_sales(account):
            yield f"Account code '{code}' is not a valid code for this document."
    elif approved and not is_note(line):
        yield "Account code must be specified for each line item."
    yield from _tax_problems(line, books)


def _takes_sales(account: Doc) -> bool:
    return bool(
        account["Status"] == "ACTIVE"
        and account["Type"] != "BANK"
        and not account.get("SystemAccount")
        and account["Class"] in _SALES_CLASSES
    )


def _tax_problems(line: Doc, books: Books) -> Iterator[str]:
    rate = books.get("TaxRates", line["TaxType"])
    if not rate or rate["Status"] != "ACTIVE" or not rate["CanApplyToRevenue"]:
        yield (
            f"The TaxType code '{line['TaxType']}' does not exist or cannot be used "
            "with this type of transaction."
        )
    if abs(Decimal(line["TaxAmount"])) > abs(Decimal(line["LineAmount"])):
        yield "Tax amount cannot be greater than the line amount"


def _line(sent: Element, old: Doc | None, pricing: Pricing) -> Doc:
    books = pricing.books
    said = {**_from_item(sent, books), **(old or {}), **_said(sent, pricing.unitdp)}
    line: Doc = {"LineItemID": old["LineItemID"] if old else new_id(), **said}
    if "Quantity" not in line and "UnitAmount" in line:
        line["Quantity"] = str(units(Decimal(1)))
    line["TaxType"] = _tax_type(line, pricing)
    if parts := parts_of(sent, "Tracking"):
        line["Tracking"] = [_tracking(part, books) for part in parts[:_MOST_TRACKING]]
    line.setdefault("Tracking", [])
    amounts = _amounts(line, sent, old, pricing)
    return {**line, "TaxAmount": str(amounts.tax), "LineAmount": str(amounts.amount)}


def _said(sent: Element, unitdp: int) -> Doc:
    """The inputs of a line that the caller sent, in the form in which they are kept."""
    said: Doc = {name: text_of(sent, name) for name in _TEXTS if sent.get(name) is not None}
    for name in ("Quantity", "UnitAmount", "DiscountRate", "DiscountAmount"):
        value = decimal_in(sent, name)
        if value is not None:
            rough = name != "Quantity" and (unitdp != 4 or name != "UnitAmount")
            said[name] = str(units(cents(value) if rough else value))
    for name in ("DiscountRate", "DiscountAmount"):
        if name in said:
            said[name] = str(cents(Decimal(said[name])))
    return said


def _from_item(sent: Element, books: Books) -> Doc:
    code = text_of(sent, "ItemCode")
    if not code:
        return {}
    item = next(iter(books.by("Items", "Code", code)), None)
    if not item:
        raise Invalid(f"Item code '{code}' is not valid")
    sales = item.get("SalesDetails", {})
    filled = {
        "Description": item.get("Description") or item.get("Name"),
        "UnitAmount": sales.get("UnitPrice"),
        "AccountCode": sales.get("AccountCode"),
        "TaxType": sales.get("TaxType"),
    }
    return {name: value for name, value in filled.items() if value is not None}


def _tax_type(line: Doc, pricing: Pricing) -> str:
    if pricing.line_amount_types == "NoTax" or is_note(line):
        return "NONE"
    if line.get("TaxType"):
        return str(line["TaxType"])
    found = pricing.books.by("Accounts", "Code", line.get("AccountCode", ""))
    return str(found[0]["TaxType"]) if found else "NONE"


def _amounts(line: Doc, sent: Element, old: Doc | None, pricing: Pricing) -> Priced:
    rate = pricing.books.get("TaxRates", line["TaxType"]) or {}
    tax = decimal_in(sent, "TaxAmount")
    if (
        tax is None
        and old
        and "TaxAmount" in old
        and all(line.get(name) == old.get(name) for name in _PRICING)
    ):
        tax = Decimal(old["TaxAmount"])
    asked = Line(
        quantity=Decimal(line.get("Quantity", 0)),
        unit_amount=Decimal(line.get("UnitAmount", 0)),
        tax_percent=Decimal(rate.get("EffectiveRate", 0)),
        tax_amount=tax,
        discount_rate=_maybe(line.get("DiscountRate")),
        discount_amount=_maybe(line.get("DiscountAmount")),
    )
    _check_claim(decimal_in(sent, "LineAmount"), asked)
    return price(asked, pricing.line_amount_types)


def _check_claim(claimed: Decimal | None, line: Line) -> None:
    # The vendor compares with the undiscounted amount: a discounted line cannot be posted back.
    if claimed is not None and cents(claimed) != line.gross:
        raise Invalid(
            f"The line total {claimed} does not match the expected line total {line.gross}"
        )


def _maybe(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _tracking(part: Element, books: Books) -> Doc:
    """A category and option, named or by id, with all four of their marks."""
    for category in books.shelf("TrackingCategories").values():
        if not _meant(part, category, "TrackingCategoryID", ("Name",)):
            continue
        for option in category["Options"]:
            if _meant(part, option, "TrackingOptionID", ("Option",)):
                return {
                    "Name": category["Name"],
                    "Option": option["Name"],
                    "TrackingCategoryID": category["TrackingCategoryID"],
                    "TrackingOptionID": option["TrackingOptionID"],
                }
    raise Invalid(
        f"The tracking option '{part.get('Option', '')}' does not exist in the tracking "
        f"category '{part.get('Name', '')}'."
    )


def _meant(part: Element, doc: Doc, id_field: str, names: tuple[str, ...]) -> bool:
    if id_ := part.get(id_field):
        return bool(id_ == doc[id_field])
    return any(str(part.get(name, "")).casefold() == doc["Name"].casefold() for name in names)
