"""Revenue write-back: tells the CRM once more what was contracted, billed, credited and paid."""

from temporalio import workflow

from activities.crm import CrmActivities as Crm
from activities.erp import InvoiceActivities as Invoices
from domain.repair import Repaired, RepairRequest
from workflows.desk import Attended


@workflow.defn(name="revenue-write-back")
class RevenueWriteBack(Attended):
    """A run of its own for repair and reconciliation; the deal takes the same step inline."""

    @workflow.init
    def __init__(self, request: RepairRequest) -> None:
        super().__init__(request.deal)

    @workflow.run
    async def run(self, request: RepairRequest) -> Repaired:
        revenue = await self.attempt(
            Invoices.read_revenue, request, "Read the deal's invoices in the ERP"
        )
        await self.attempt(Crm.write_back, revenue, f"Tell the CRM: billed {revenue.billed}")
        return Repaired(deal=request.deal, told=f"billed {revenue.billed}, paid {revenue.paid}")
