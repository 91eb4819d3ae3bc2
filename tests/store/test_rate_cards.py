"""The newest rate card counts; the older ones stay on record."""

from datetime import date

from application.command_log import new_command
from domain.command import CommandName
from domain.ids import DealId
from domain.money import Money
from domain.rate_card import JobProfile, Rate, RateCard
from store import Store
from tests.actors import GRACE
from tests.store.values import NOW

EVERY_DEAL = DealId("")


def card(price: str, last: date | None = None) -> RateCard:
    rate = Rate(
        profile=JobProfile(role="consultant", seniority="senior"),
        valid_from=date(2027, 1, 1),
        valid_until=last,
        price=Money.of(price, "EUR"),
        cost=Money.of("61.50", "EUR"),
    )
    return RateCard.of([rate])


async def test_the_newest_card_counts_and_says_who_imported_it(store: Store) -> None:
    assert await store.rate_cards.current() == RateCard()
    command = new_command(CommandName.IMPORT_RATES, GRACE, EVERY_DEAL)
    first = await store.rate_cards.add(card("120.00"), command, now=NOW)
    newest = card("126.00", date(2027, 12, 31))
    again = new_command(CommandName.IMPORT_RATES, GRACE, EVERY_DEAL)
    assert await store.rate_cards.add(newest, again, now=NOW) == first + 1
    assert await store.rate_cards.current() == newest
    trail = await store.audit_trail.of_deal(EVERY_DEAL)
    said = [(each.entity, each.actor, each.command, each.outcome) for each in trail]
    assert said == 2 * [
        ("rate card", GRACE.subject, "import-rates", "accepted"),
        ("command", GRACE.subject, "import-rates", "accepted"),
    ]
    assert trail[0].what == {"rates": ["senior consultant 2027-01-01–: 120.00 EUR, cost 61.50 EUR"]}
