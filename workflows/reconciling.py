"""Reconciles each system in one long-lived run, as it is polled."""

from typing import Final

from temporalio import workflow

from activities.scheduled_reconciliation import (
    CrmReconciliation,
    ErpReconciliation,
    PmReconciliation,
)
from workflows.polling import PolledSystem
from workflows.steps import poll

RECONCILED: Final = (PolledSystem.CRM, PolledSystem.PM, PolledSystem.ERP)
"""The systems that have records of ours; time is people's."""


@workflow.defn(name="reconcile")
class Reconcile:
    """Compares our records at one system with ours, for as long as Cashward runs."""

    @workflow.run
    async def run(self, system: PolledSystem) -> None:
        while not workflow.info().is_continue_as_new_suggested():
            await _reconcile(system)
        workflow.continue_as_new(system)


async def _reconcile(system: PolledSystem) -> None:
    match system:
        case PolledSystem.CRM:
            await poll(CrmReconciliation.reconcile, "Compare the records in the CRM")
        case PolledSystem.PM:
            await poll(PmReconciliation.reconcile, "Compare the projects")
        case PolledSystem.ERP:
            await poll(ErpReconciliation.reconcile, "Compare invoices and credit notes")
