"""Parties as Tryton has them, and the numbers that they are known by."""

import re
from typing import ClassVar

from pydantic import Field
from stdnum.eu import vat as eu_vat

from connectors.tryton.office import Values
from connectors.tryton.wire import Row, Rows, Text, Wire
from domain.company import Account, compact
from domain.customer import Candidate
from domain.names import ExternalId

PREFIX = "cw-"
_GENERATION = re.compile(r"\.\d+$")
_VAT = "eu_vat"


class _Identifier(Wire):
    type: str | None = None
    code: Text = ""


class Party(Row):
    """A party on file."""

    name: Text = ""
    code: Text = ""
    active: bool = True
    identifiers: tuple[_Identifier, ...] = Field((), alias="identifiers.")

    @property
    def key(self) -> str:
        """Our key of it; empty if it is not ours."""
        ours = self.code.startswith(PREFIX)
        return _GENERATION.sub("", self.code.removeprefix(PREFIX)) if ours else ""

    def candidate(self) -> Candidate:
        """A number without a type is a company id: Tryton knows none for most registers."""
        plain = (each.code for each in self.identifiers if not each.type)
        vat = (each.code for each in self.identifiers if each.type == _VAT)
        return Candidate(
            id=ExternalId(str(self.id)),
            name=self.name,
            key=self.key,
            company_id=next(plain, ""),
            vat_id=next(vat, ""),
            is_archived=not self.active,
        )


class Parties(Rows):
    """Parties, with their identifiers in one read."""

    model: ClassVar = "party.party"
    reads: ClassVar = ("name", "code", "active", "identifiers.type", "identifiers.code")
    result: list[Party]


def identifiers(account: Account) -> list[Values]:
    given = account.ids
    ids: list[Values] = []
    if given.company_id:
        ids.append({"type": None, "code": given.company_id})
    if eu_vat.is_valid(given.vat_id):
        ids.append({"type": _VAT, "code": compact(given.vat_id)})
    elif given.vat_id:
        ids.append({"type": None, "code": given.vat_id})
    return ids


def spelt(number: str) -> set[str]:
    return {number, compact(number)} - {""}
