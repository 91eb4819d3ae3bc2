"""Determines the VAT of a supply from both parties, the tax class and the day.

Place of supply: Directive 2006/112/EC, Art. 44 (services to businesses) and 138, 146 (goods).
"""

from datetime import date
from typing import Final

from domain.company import Account
from domain.company_numbers import is_member_state, is_vat_id_of
from domain.deal import Finding
from domain.responsibility import Party
from domain.seller import Seller
from domain.tax import TaxClass, TaxRule, TaxTreatment, tax_rule, untaxed

NO_PAYER: Final = "The supplier is not a VAT payer"
ABROAD: Final = "Not subject to VAT here: supplied where the customer is (2006/112/EC, Art. 44)"
# Words of Art. 226 (11a) in the languages of the Directive.
_REVERSE_CHARGE: Final = {
    "SK": "Prenesenie daňovej povinnosti",
    "CZ": "Daň odvede zákazník",
    "DE": "Steuerschuldnerschaft des Leistungsempfängers",
    "AT": "Steuerschuldnerschaft des Leistungsempfängers",
    "PL": "Odwrotne obciążenie",
    "HU": "Fordított adózás",
}


def determine_tax(
    seller: Seller, buyer: Account, tax_class: TaxClass, supply_date: date
) -> TaxRule | Finding:
    """Return the rule for a sale to a business; a finding where none can be determined."""
    if not seller.is_vat_payer:
        return untaxed(TaxTreatment.OUTSIDE_SCOPE, NO_PAYER)
    if buyer.country == seller.country:
        return _at_home(seller, tax_class, supply_date)
    if is_member_state(seller.country) and is_member_state(buyer.country):
        return _within_the_union(seller, buyer, tax_class)
    if tax_class.is_goods:
        return untaxed(TaxTreatment.EXPORT)
    return untaxed(TaxTreatment.OUTSIDE_SCOPE, ABROAD)


def _at_home(seller: Seller, tax_class: TaxClass, day: date) -> TaxRule | Finding:
    if tax_class.is_exempt:
        return untaxed(TaxTreatment.EXEMPT)
    rates = seller.rates_on(day)
    if rates is None:
        problem = f"no VAT rates of {seller.country} are known for {day}"
        return _finding("tax", f"{problem}: add them to CASHWARD_POLICY__SELLER__VAT_RATES")
    rate = rates.rate(tax_class)
    if rate is None:
        problem = f"{seller.country} has no rate for {tax_class} on {day}"
        return _finding("tax", f"{problem}: choose another tax class")
    return tax_rule(TaxTreatment.DOMESTIC, standard_rate=rate)


def _within_the_union(seller: Seller, buyer: Account, tax_class: TaxClass) -> TaxRule | Finding:
    if tax_class.is_goods:
        problem = "goods to another EU country (category K) are not billed by Cashward"
        return _finding("tax", f"{problem}: bill them in the ERP, and sell the rest as a deal")
    if tax_class.is_exempt:
        return untaxed(TaxTreatment.EXEMPT)
    if not is_vat_id_of(buyer.country, buyer.ids.vat_id):
        found = f"{buyer.ids.vat_id!r} is none" if buyer.ids.vat_id else "it has none"
        problem = f"reverse charge needs a valid VAT id of {buyer.country} (EN 16931 BR-AE-02)"
        return _finding("company", f"{problem}: {found}")
    words = _REVERSE_CHARGE.get(seller.country)
    rule = untaxed(TaxTreatment.REVERSE_CHARGE)
    return rule.model_copy(update={"note": f"{words} / {rule.note}"}) if words else rule


def _finding(field: str, problem: str) -> Finding:
    return Finding(field=field, problem=problem, responsible=Party.FINANCE)
