"""What a bill is taxed at is decided when its milestone is reached."""

from datetime import date
from decimal import Decimal

from domain.charge import ChargeState
from domain.contract import Policy
from domain.deal import PlannedMilestone
from domain.responsibility import Party
from domain.tax import TaxClass, TaxTreatment
from domain.tax_rates import VatRates
from tests.deals import SELLER, deal
from tests.world import World, until_awaited
from workflows.deal_to_cash import DealToCash

FAR = date(9000, 1, 1)


def rates(since: date, standard: int, reduced: int | None = None) -> VatRates:
    exact = None if reduced is None else Decimal(reduced)
    return VatRates(country="SK", since=since, standard=Decimal(standard), reduced=exact)


def planned_for(day: date) -> tuple[PlannedMilestone, ...]:
    return (PlannedMilestone(name="Design", share=Decimal(100), due=day),)


async def test_a_milestone_reached_before_its_date_is_taxed_by_the_day_it_was_reached(
    world: World,
) -> None:
    seller = SELLER.model_copy(update={"vat_rates": (rates(FAR, 30),)})
    mine = deal("reached-early", milestones=planned_for(FAR))
    await world.win(mine, Policy(seller=seller))
    await world.reach(mine.id, "design")
    assert await until_awaited(lambda: world.is_issued(mine.id, "design"))
    issued = world.issued(mine.id, "design")
    assert issued
    assert issued.tax == issued.net.share(Decimal(23))


async def test_a_charge_without_a_determined_tax_is_held_for_finance(world: World) -> None:
    own = (rates(date(2025, 1, 1), 23), rates(FAR, 23, 5))
    mine = deal("no-rate", milestones=planned_for(FAR), tax_class=TaxClass.REDUCED)
    handle = await world.win(mine, Policy(seller=SELLER.model_copy(update={"vat_rates": own})))
    await world.reach(mine.id, "design")

    async def held() -> bool:
        [status] = await handle.query(DealToCash.billing_schedule)
        is_held = status.state is ChargeState.HELD and status.responsible is Party.FINANCE
        return is_held and "no rate for reduced" in status.reason

    assert await until_awaited(held)
    assert not world.invoices(mine.id)


async def test_nothing_is_made_while_sales_and_the_rule_differ(world: World) -> None:
    mine = deal("proposed", tax=TaxTreatment.EXPORT)
    await world.win(mine)
    parked = await world.parked(f"handoff:{mine.id}")
    [finding] = parked.attention.findings
    assert (finding.field, finding.responsible) == ("tax", Party.FINANCE)
    assert world.is_untouched_by(mine.id)
    assert mine.account
    assert mine.account.name not in {each.name for each in world.systems.customers.values()}
