"""The orders of a demo, made from a number and a seed, and complete as a real deal must be."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

_ONSETS, _VOWELS = "bdfgklmnrt", "aeiou"
_SYLLABLES: Final = tuple(onset + vowel for onset in _ONSETS for vowel in _VOWELS)
_LETTERS = 4
_STRIDE = 1_234_577  # coprime to 50, so that neighbours sound nothing alike
_TRADES = ("Kovo", "Agro", "Logis", "Stav", "Med")
_JOBS = ("Warehouse system", "Customer portal", "Route planning", "Service desk", "Price engine")
_PHASES = ("Design accepted", "Pilot in operation", "Go-live", "Hand-over", "Training", "Extension")
_HUNDRED = 10_000  # shares are counted in hundredths of a per cent
_FOREIGN = 4  # every fourth customer is abroad
FIRST_IDS: Final = 5_000_000


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the quote; its amount is computed by the vendor and by us."""

    name: str
    sku: str
    quantity: Decimal
    price: Decimal
    cost_type: str
    unit: str

    @property
    def amount(self) -> Decimal:
        return (self.quantity * self.price).quantize(Decimal("0.01"))


@dataclass(frozen=True, kw_only=True)
class Order:
    """One deal as the salesperson sold it."""

    company: str
    street: str
    city: str
    postal_code: str
    country: str
    company_id: str
    vat_id: str
    domain: str
    name: str
    currency: str
    tax: str
    lines: tuple[Line, ...]
    plan: tuple[tuple[str, Decimal, date], ...]
    start: date
    template: str = "implementation"
    payment_terms: str = "14"
    sla: str = "Availability; 99.5 % a month; 2 % of the fee for each half per cent below"

    @property
    def amount(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def scope(self) -> str:
        return f"{self.name}: analysis, development, roll-out and training."

    @property
    def billing_email(self) -> str:
        return f"invoices@{self.domain}"

    @property
    def billing_plan(self) -> str:
        return "\n".join(f"{name}; {share} %; {due}" for name, share, due in self.plan)

    @property
    def end(self) -> date:
        return self.plan[-1][2]


def order(number: int, *, milestones: int, seed: int, today: date) -> Order:
    """Return the order with this number; no two numbers share a customer."""
    chance = random.Random(f"{seed}:{number}")  # noqa: S311 - figures for a story, not secrets
    word, abroad = _word(number), number % _FOREIGN == _FOREIGN - 1
    job, company_id = chance.choice(_JOBS), ico(FIRST_IDS + number)
    company = f"{word} {chance.choice(_TRADES)} s.r.o."
    return Order(
        company=company,
        street=f"Továrenská {number + 1}",
        city="Brno" if abroad else "Žilina",
        postal_code="602 00" if abroad else "010 01",
        country="Czechia" if abroad else "Slovakia",
        company_id=company_id,
        vat_id=f"CZ{company_id}" if abroad else "",
        domain=f"{word.lower()}.example",
        name=f"{job} for {company}",
        currency="CZK" if abroad else "EUR",
        tax="reverse_charge" if abroad else "domestic",
        lines=_lines(chance, 25 if abroad else 1),
        plan=_plan(milestones, today),
        start=today,
    )


def ico(number: int) -> str:
    """Return a Slovak or Czech company number: seven digits and a check digit."""
    text = f"{number % 10**7:07d}"
    weighted = sum((8 - place) * int(digit) for place, digit in enumerate(text))
    return f"{text}{(11 - weighted % 11) % 10}"


def _word(number: int) -> str:
    """Return a unique name: the number, scattered and spelt in syllables."""
    rest, said = number * _STRIDE % len(_SYLLABLES) ** _LETTERS, ""
    for _ in range(_LETTERS):
        rest, syllable = divmod(rest, len(_SYLLABLES))
        said += _SYLLABLES[syllable]
    return said.capitalize()


def _lines(chance: random.Random, rate: int) -> tuple[Line, ...]:
    """Return labour and expenses; an odd cent makes every split uneven."""

    def price(low: int, high: int) -> Decimal:
        return Decimal(chance.randrange(low, high) * rate)

    return (
        Line(
            name="Analysis day",
            sku="ANL-D",
            quantity=Decimal(chance.randrange(8, 40)) / 4,
            price=price(680, 800),
            cost_type="labour",
            unit="day",
        ),
        Line(
            name="Development day",
            sku="DEV-D",
            quantity=Decimal(chance.randrange(40, 200)) / 4,
            price=price(760, 900),
            cost_type="labour",
            unit="day",
        ),
        Line(
            name="Travel",
            sku="TRV",
            quantity=Decimal(1),
            price=price(900, 2900) + Decimal("0.01"),
            cost_type="expense",
            unit="piece",
        ),
    )


def _plan(milestones: int, today: date) -> tuple[tuple[str, Decimal, date], ...]:
    """Return shares that are even to hundredths of a per cent; the last one gets the rest."""
    share = _HUNDRED // milestones
    shares = [share] * (milestones - 1) + [_HUNDRED - share * (milestones - 1)]
    return tuple(
        (_phase(number), Decimal(part) / 100, today + timedelta(days=30 * (number + 1)))
        for number, part in enumerate(shares)
    )


def _phase(number: int) -> str:
    lap, place = divmod(number, len(_PHASES))
    return _PHASES[place] if lap == 0 else f"{_PHASES[place]} {lap + 1}"
