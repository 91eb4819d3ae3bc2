"""Revenue write-back: writes contracted, billed, credited and paid amounts to the CRM again."""

from temporalio import workflow

from activities.crm import CrmActivities as Crm
from activities.erp import InvoiceActivities as Invoices
from domain.attention import Action, Attention
from domain.event import InvoiceChanged
from domain.money import Money
from domain.repair import RepairRequest, RepairResult
from domain.responsibility import Party
from domain.write_back import WriteBack
from workflows.attention import WithAttention


@workflow.defn(name="revenue-write-back")
class RevenueWriteBack(WithAttention):
    """Writes the revenue for repair and reconciliation; a deal's run does the same by itself.

    It also handles invoices of a deal that is over, such as one whose payment was reversed.
    """

    @workflow.init
    def __init__(self, request: RepairRequest) -> None:
        super().__init__(request.deal)
        self._write_count = 0

    @workflow.run
    async def run(self, request: RepairRequest) -> RepairResult:
        revenue = await self._bring(request)
        while request.is_deal_closed and revenue.outstanding:
            decision = await self.park(self._unpaid(revenue.outstanding))
            if decision.action is Action.SKIP:
                break
            revenue = await self._bring(request)
        return RepairResult(
            deal=request.deal, written=f"billed {revenue.billed}, paid {revenue.paid}"
        )

    async def _bring(self, request: RepairRequest) -> WriteBack:
        self._write_count += 1
        occasion = f"{request.occasion}.{self._write_count}"
        once_more = request.model_copy(update={"occasion": occasion})
        revenue = await self.attempt(
            Invoices.read_revenue, once_more, "Read the deal's invoices in the ERP"
        )
        await self.attempt(Crm.write_back, revenue, f"Tell the CRM: paid {revenue.paid}")
        return revenue

    def _unpaid(self, outstanding: Money) -> Attention:
        return self.attention(
            "unpaid",
            what=f"{outstanding} is outstanding of a deal that is over",
            why="a payment was taken back or never came; the CRM has the new figures",
            responsible=(Party.FINANCE,),
            verbs=(Action.RETRY, Action.SKIP),
        )

    @workflow.signal(description="The ERP knows something new about an invoice of this deal.")
    def invoice_changed(self, fact: InvoiceChanged) -> None:
        self.look_again(f"the ERP told {fact.event}")
