"""The whole application, as command line and gateway receive it."""

from dataclasses import dataclass

from application.commands.charges import ChargeCommands
from application.commands.customers import CustomerCommands
from application.commands.deals import DealCommands
from application.commands.decisions import DecisionCommands
from application.commands.ledger import LedgerCommands
from application.commands.rates import RateCommands
from application.commands.reconciliation import ReconciliationCommands
from application.commands.time import TimeCommands
from application.queries import Queries


@dataclass(frozen=True, kw_only=True)
class Application:
    """Commands change something and take an actor; queries change nothing."""

    deals: DealCommands
    charges: ChargeCommands
    decisions: DecisionCommands
    ledger: LedgerCommands
    customers: CustomerCommands
    rates: RateCommands
    time: TimeCommands
    reconciliation: ReconciliationCommands
    queries: Queries
