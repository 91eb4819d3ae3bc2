"""Counts the records of won deals by SQL in the three systems' own databases.

It uses no API and no code of Cashward: it knows only how records contain the mark of a deal.

It counts records without our mark too. The seeds contain no project, version, issue, task, invoice
or credit note, and only the company's own party; people make none. So every record must belong to a
won deal, whoever made it: Redmine does not say who made a project. A record made by hand is an
orphan.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from testbed.systems.common.system import Place
from testbed.systems.count.crm import Crm, read_crm
from testbed.systems.count.erp import Erp, read_erp
from testbed.systems.count.pm import Pm, read_pm
from testbed.systems.count.record import Record, twice

__all__ = ["Count", "count"]


@dataclass(frozen=True, kw_only=True)
class Count:
    """The counts. `duplicates`, `orphans`, `differing` and `drafts_left` must be none.

    A duplicate has the mark of another record of its kind; an orphan belongs to no won deal, or
    has no mark. `differing` names deals whose CRM has other sums billed, credited or paid than
    the ERP, paid invoices that did not get their money once, and credit notes that are set off
    against nothing. Archived records were undone, and do not count.
    """

    deals_won: int
    tasks_open: int
    tasks_done: int
    projects: int
    milestones: int
    milestones_reached: int
    work_packages: int
    memberships: int
    wiki_pages: int
    customers: int
    invoices_posted: int
    invoices_paid: int
    credit_notes: int
    payments: int
    drafts_left: int
    duplicates: tuple[str, ...]
    orphans: tuple[str, ...]
    differing: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        return not (self.drafts_left or self.duplicates or self.orphans or self.differing)


def count(places: Mapping[str, Place]) -> Count:
    """Count everything at once, while nothing changes in the systems."""
    crm, pm = read_crm(places["bottlecrm"]), read_pm(places["redmine"])
    erp = read_erp(places["tryton"])
    invoices = [bill for bill in erp.bills if bill.is_issued and bill.mark and not bill.is_credit]
    is_open = [task.is_open for task in crm.tasks if task.mark]
    return Count(
        deals_won=len(crm.deals),
        tasks_open=sum(is_open),
        tasks_done=len(is_open) - sum(is_open),
        projects=_marked(pm.projects),
        milestones=_marked(pm.versions),
        milestones_reached=sum(version.is_closed for version in pm.versions if version.mark),
        work_packages=_marked(pm.issues),
        memberships=_marked(pm.memberships),
        wiki_pages=_marked(pm.pages),
        customers=_marked(erp.customers),
        invoices_posted=len(invoices),
        invoices_paid=sum(bill.is_paid for bill in invoices),
        credit_notes=sum(bill.is_issued and bill.is_credit for bill in erp.bills if bill.mark),
        payments=len(erp.payments),
        drafts_left=sum(bill.is_draft for bill in erp.bills),
        duplicates=tuple(chain(twice(_records(crm, pm, erp)), erp.twice())),
        orphans=tuple(_orphans(crm, pm, erp)),
        differing=tuple(chain(_differs(crm, erp), erp.unsettled())),
    )


def _marked(records: Sequence[Record]) -> int:
    return sum(bool(record.mark) for record in records)


def _records(crm: Crm, pm: Pm, erp: Erp) -> Iterator[Record]:
    """Return all records that have the mark of a deal, or should."""
    yield from chain(crm.tasks, *pm.all, erp.bills)


def _orphans(crm: Crm, pm: Pm, erp: Erp) -> Iterator[str]:
    """Return records of no deal. A customer belongs to a deal by its number, all else by mark."""
    for record in _records(crm, pm, erp):
        if not record.is_of(crm.deals):
            yield str(record)
    known = set(chain.from_iterable(deal.numbers for deal in crm.deals.values()))
    for customer in erp.customers:
        if known.isdisjoint(customer.numbers):
            yield str(customer)


def _differs(crm: Crm, erp: Erp) -> Iterator[str]:
    """Return the sums that differ between CRM and ERP."""
    for deal in crm.deals.values():
        sums = erp.sums(deal.id)
        for what, found in deal.sums.items():
            if found != sums[what]:
                yield f"{deal.id}: {what} is {found} in the CRM, {sums[what]} in the ERP"
