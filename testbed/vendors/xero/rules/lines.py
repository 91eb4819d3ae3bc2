"""The lines of a document: each is filled in, priced and rounded."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from testbed.vendors.common.state import Doc
from testbed.vendors.xero.errors import Invalid
from testbed.vendors.xero.records import Records, new_id
from testbed.vendors.xero.rules.amounts import ZERO, cents, units
from testbed.vendors.xero.wire.requests import Element, decimal_in, parts_in, text_in

_TEXTS = ("Description", "AccountCode", "TaxType")
_PRICED = {"Quantity", "UnitAmount", "AccountCode", "TaxType"}
_HUNDRED = Decimal(100)


@dataclass(frozen=True, kw_only=True)
class Pricing:
    """The terms of every line of a document."""

    line_amount_types: str
    unitdp: int
    records: Records


def draft_lines(sent: Iterable[Element], before: Iterable[Doc], pricing: Pricing) -> list[Doc]:
    """The lines after a write: changed under their ids, or added; those not sent are deleted."""
    known = {line["LineItemID"]: line for line in before}
    return [_line(part, known.get(text_in(part, "LineItemID") or "", {}), pricing) for part in sent]


def totals(lines: Iterable[Doc]) -> Doc:
    """The sums of the rounded lines: Xero rounds tax on each line."""
    parts = [(Decimal(line["LineAmount"]), Decimal(line["TaxAmount"])) for line in lines]
    net = sum((amount for amount, _ in parts), ZERO)
    tax = sum((tax for _, tax in parts), ZERO)
    return {"SubTotal": str(net), "TotalTax": str(tax), "Total": str(net + tax)}


def line_problems(line: Doc, *, approved: bool, records: Records) -> Iterator[str]:
    """Every reason against a drafted line."""
    if approved and not line.get("Description"):
        yield "Description must be specified for each line item."
    if is_text(line):
        return
    if code := line.get("AccountCode"):
        if not _takes_sales(_account(code, records)):
            yield f"Account code '{code}' is not a valid code for this document."
    elif approved:
        yield "Account code must be specified for each line item."
    rate = records.get("TaxRates", line["TaxType"])
    if not rate or rate["Status"] != "ACTIVE" or not rate["CanApplyToRevenue"]:
        yield (
            f"The TaxType code '{line['TaxType']}' does not exist or cannot be used "
            "with this type of transaction."
        )
    if abs(Decimal(line["TaxAmount"])) > abs(Decimal(line["LineAmount"])):
        yield "Tax amount cannot be greater than the line amount"


def is_text(line: Doc) -> bool:
    """Whether it has a description only."""
    return "UnitAmount" not in line


def _account(code: str, records: Records) -> Doc:
    return next(iter(records.by("Accounts", "Code", code)), {})


def _takes_sales(account: Doc) -> bool:
    is_usable = account.get("Status") == "ACTIVE" and account["Type"] != "BANK"
    return is_usable and not account.get("SystemAccount")


def _line(sent: Element, before: Doc, pricing: Pricing) -> Doc:
    defaults = {"LineItemID": new_id(), "Tracking": []}
    line = {**defaults, **before, **_sent_values(sent, pricing.unitdp)}
    if not _PRICED & line.keys():
        return {**line, "LineAmount": "0.00", "TaxAmount": "0.00"}
    line = {"Quantity": "1.0000", "UnitAmount": "0", **line}
    line["TaxType"] = _tax_type(line, pricing)
    if "Tracking" in sent:
        line["Tracking"] = [_tracking(each, pricing.records) for each in parts_in(sent, "Tracking")]
    amount = cents(Decimal(line["Quantity"]) * Decimal(line["UnitAmount"]))
    tax = decimal_in(sent, "TaxAmount")
    if tax is None:
        rate = pricing.records.get("TaxRates", line["TaxType"]) or {}
        tax = amount * Decimal(rate.get("EffectiveRate", 0)) / _HUNDRED
    return {**line, "LineAmount": str(amount), "TaxAmount": str(cents(tax))}


def _sent_values(sent: Element, unitdp: int) -> Doc:
    values: Doc = {name: text_in(sent, name) for name in _TEXTS if sent.get(name) is not None}
    rounding = {"Quantity": units, "UnitAmount": units if unitdp == 4 else cents}
    for name, rounded in rounding.items():
        if (value := decimal_in(sent, name)) is not None:
            values[name] = str(rounded(value))
    return values


def _tax_type(line: Doc, pricing: Pricing) -> str:
    """The line's own tax type, else that of its account."""
    if pricing.line_amount_types == "NoTax":
        return "NONE"
    account = _account(line.get("AccountCode", ""), pricing.records)
    return str(line.get("TaxType") or account.get("TaxType", "NONE"))


def _tracking(part: Element, records: Records) -> Doc:
    """The category and the option that the part names, with their ids."""
    for category in records.collection("TrackingCategories").values():
        for option in category["Options"]:
            if (category["Name"], option["Name"]) == (part.get("Name"), part.get("Option")):
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
