"""Closed-won handoff: a won deal becomes a contract that delivery and finance can rely on."""

from temporalio import workflow

from activities.bookkeeping import BookkeepingActivities as Bookkeeping
from activities.crm import CrmActivities as Crm
from activities.erp import CustomerActivities as Customers
from domain.attention import INCOMPLETE, Action, Attention
from domain.baseline import Baseline
from domain.company import Account
from domain.contract import Contract, Policy, contract_of
from domain.customer import CustomerMatch, Verdict
from domain.deal import Deal, Finding
from domain.event import DealWon
from domain.ids import ExternalId, Subject
from domain.kickoff import HandoffRequest, HandoffResult, StageAborted
from domain.matching import side_by_side
from domain.preflight import preflight
from domain.responsibility import Party
from domain.write_back import WriteBack
from workflows.attention import Aborted, WithAttention
from workflows.steps import local_step

NEW_CUSTOMER = "new"


@workflow.defn(name="closed-won-handoff")
class ClosedWonHandoff(WithAttention):
    """Checks one deal before anything is touched, finds its customer, and agrees the baseline."""

    @workflow.init
    def __init__(self, request: HandoffRequest) -> None:
        super().__init__(request.deal)
        self._written = ""
        self._write_count = 0

    @workflow.run
    async def run(self, request: HandoffRequest) -> HandoffResult | StageAborted:
        try:
            deal = await self._complete_deal(request.policy)
            contract = contract_of(deal, request.policy)
            customer = await self._customer_of(contract)
            await self._agree(contract)
        except Aborted as aborted:
            return StageAborted(reason=str(aborted), by=aborted.by)
        return HandoffResult(contract=contract, existing_customer=customer)

    async def _complete_deal(self, policy: Policy) -> Deal:
        """Return the deal once pre-flight finds nothing; until then wait for its owner."""
        while True:
            deal = await self.attempt(Crm.read_deal, self.deal, "Read the deal")
            findings = preflight(deal, policy)
            if not findings:
                return deal
            attention = self._incomplete(findings)
            await self._tell_sales(attention)
            await self.park(attention)

    async def _customer_of(self, contract: Contract) -> ExternalId | None:
        """Return the existing customer, or None for a new one; ask a person where in doubt."""
        match = await self.attempt(
            Customers.match_customer, contract.account, "Look for the customer in the ERP"
        )
        if match.verdict is not Verdict.AMBIGUOUS:
            return match.chosen
        decision = await self.park(self._ambiguous(contract.account, match))
        return None if decision.choice == NEW_CUSTOMER else ExternalId(decision.choice)

    async def _agree(self, contract: Contract) -> None:
        agreed = f"Agree on {contract.value}"
        await local_step(Bookkeeping.agree_contract, Baseline.of(contract), agreed)

    async def _tell_sales(self, attention: Attention) -> None:
        """Write what is missing on the deal itself, where its owner looks, but not twice."""
        if attention.why == self._written:
            return
        self._written = attention.why
        self._write_count += 1
        subject = Subject(f"{self.deal}:a{self._write_count}")
        command = WriteBack(subject=subject, deal=self.deal, attention=attention.why)
        await self.attempt(Crm.write_back, command, "Tell sales what is missing")

    def _incomplete(self, findings: tuple[Finding, ...]) -> Attention:
        return self.attention(
            INCOMPLETE,
            what="the deal is not complete: nothing was created anywhere",
            why="; ".join(f"{finding.field}: {finding.problem}" for finding in findings),
            responsible=tuple(dict.fromkeys(f.responsible for f in findings)),
            verbs=(Action.RETRY, Action.ABORT),
            findings=findings,
        )

    def _ambiguous(self, account: Account, match: CustomerMatch) -> Attention:
        choices = tuple(candidate.id for candidate in match.candidates)
        records = side_by_side(account, match.candidates)
        return self.attention(
            "customer",
            what="the customer may already be in the ERP under another spelling",
            why=f"{match.reason}; choose one of these, or {NEW_CUSTOMER}:\n{records}",
            responsible=(Party.FINANCE, Party.DEAL_OWNER),
            verbs=(Action.AMEND, Action.ABORT),
            choices=(*choices, NEW_CUSTOMER),
        )

    @workflow.signal(description="The deal's record changed: check it again if it waits for that.")
    def deal_won(self, fact: DealWon) -> None:
        self.look_again(f"the CRM told {fact.event}", kind=INCOMPLETE)
