"""The company whose deals are carried on this machine, as settings have it."""

from typing import Final

SELLER: Final[dict[str, object]] = {
    "legal_name": "Lowfold Systems s.r.o.",
    "country": "SK",
    "address": {"street": "Mlynské nivy 5", "city": "Bratislava", "postal_code": "821 09"},
    "time_zone": "Europe/Bratislava",
    "ids": {"company_id": "47125306", "tax_id": "2024417703", "vat_id": "SK2024417703"},
}
