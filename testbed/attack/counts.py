"""Counts the harm, from what the vendors logged and hold."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import permutations

from testbed.attack import timing
from testbed.attack.deals import WRITE_BACKS
from testbed.attack.evidence import ChangingCall, Doc, Evidence, subject_in
from testbed.attack.stories import Outcome

_ISSUED = frozenset({"AUTHORISED", "PAID"})
_WAIT = frozenset({"crm.record", "crm.task", "erp.invoice", "erp.credit", "pm.charter", "pm.work"})
"""The effects that wait until an older call has settled: no vendor refuses their repeat."""
_GONE = frozenset({"DELETED", "VOIDED"})
Counts = Mapping[str, Sequence[str]]
"""What was found, each by its name."""


def count_harm(evidence: Evidence, outcomes: Sequence[Outcome]) -> Counts:
    """Return every kind of harm; each list is empty if the ledger holds."""
    books, work = _Books(evidence), _Work(evidence)
    done = [each for each in outcomes if each.is_done]
    return {
        "issued twice": books.issued_twice(),
        "credited twice": books.credited_twice(),
        "work doubled": work.doubled(),
        "stale records": [*_stale(evidence.changes)],
        "strays left": [*books.strays(done), *work.strays(done)],
        "alive after undo": [*books.alive(done), *work.alive(done)],
        "missing": [*books.missing(done), *work.missing(done)],
        "not named by our records": books.unnamed(),
        "sent after the deadline": [*_late(evidence.changes)],
        "sent before an older call landed": [*_early(evidence.changes)],
        "sent without a lease": [str(each) for each in evidence.changes if not each.lease],
        "refused": [each.refused for each in outcomes if each.refused],
        "unfinished": [each.deal.run for each in outcomes if not each.is_done | bool(each.refused)],
    }


class _Books:
    """The documents and customers at the ERP."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._invoices = _by_subject(evidence.records["Invoices"], "Reference")
        self._notes = _by_subject(evidence.records["CreditNotes"], "Reference")
        contacts = evidence.records["Contacts"]
        self._customers = {doc["Name"] for doc in contacts if doc["ContactStatus"] == "ACTIVE"}

    def issued_twice(self) -> list[str]:
        return _more_than_one(
            subject
            for subject, docs in self._invoices.items()
            for doc in docs
            if doc["Status"] in _ISSUED
        )

    def credited_twice(self) -> list[str]:
        return _more_than_one(subject for subject, docs in self._notes.items() for _ in docs)

    def strays(self, outcomes: Iterable[Outcome]) -> Iterator[str]:
        for outcome in outcomes:
            for subject in outcome.issued | outcome.withdrawn:
                for doc in self._invoices.get(subject, ()):
                    if doc["Status"] not in _ISSUED:
                        yield f"draft of {subject}"

    def alive(self, outcomes: Iterable[Outcome]) -> Iterator[str]:
        for outcome in outcomes:
            for subject in outcome.withdrawn:
                if any(doc["Status"] in _ISSUED for doc in self._invoices.get(subject, ())):
                    yield f"invoice of {subject}"
            deal = outcome.deal
            is_alone = deal.is_cancelled and deal.has_own_customer
            if is_alone and deal.contract.account.name in self._customers:
                yield f"customer of {deal.id}"

    def missing(self, outcomes: Iterable[Outcome]) -> Iterator[str]:
        for outcome in outcomes:
            for subject in outcome.issued:
                if not any(doc["Status"] in _ISSUED for doc in self._invoices.get(subject, ())):
                    yield f"invoice of {subject}"
            for subject in outcome.credited:
                notes = self._notes.get(f"{subject}:credit", ())
                if not any(float(note["RemainingCredit"]) == 0 for note in notes):
                    yield f"credit of {subject}"
            name = outcome.deal.contract.account.name
            if not outcome.deal.is_cancelled and name not in self._customers:
                yield f"customer of {outcome.deal.id}"

    def unnamed(self) -> list[str]:
        effects, on_record = self._evidence.effects, self._evidence.documents
        invoices = (
            f"invoice of {subject}"
            for subject, docs in self._invoices.items()
            for doc in docs
            if doc["Status"] in _ISSUED
            and {effects.get(("erp.invoice", subject)), on_record.get(subject)}
            != {doc["InvoiceID"]}
        )
        notes = (
            f"credit {subject}"
            for subject, docs in self._notes.items()
            for doc in docs
            if effects.get(("erp.credit", subject)) != doc["CreditNoteID"]
        )
        return [*invoices, *notes]


class _Work:
    """Projects with their parts at the PM, tasks and figures at the CRM."""

    def __init__(self, evidence: Evidence) -> None:
        records = evidence.records
        live = [doc for doc in records["projects"] if not doc["trashed"]]
        self._projects = Counter(doc["url"] for doc in live)
        ids = {doc["id"] for doc in live}
        self._parts = Counter(
            subject
            for subject in (
                *(_version(doc) for doc in records["versions"] if doc["project"] in ids),
                *(_issue(doc) for doc in records["issues"] if doc["project"] in ids),
            )
            if subject
        )
        said = [doc["properties"] for doc in records["tasks"] if not doc["archived"]]
        tasks = [(_task(task), task["hs_task_status"]) for task in said]
        self._tasks = Counter(subject for subject, _ in tasks if subject)
        self._open_tasks = [subject for subject, status in tasks if status != "COMPLETED"]
        self._figures = {doc["id"]: doc["properties"] for doc in records["deals"]}

    def doubled(self) -> list[str]:
        return [
            *_more_than_one(self._projects.elements()),
            *_more_than_one(self._parts.elements()),
            *_more_than_one(self._tasks.elements()),
        ]

    def strays(self, outcomes: Iterable[Outcome]) -> Iterator[str]:
        for outcome in outcomes:
            ours = f"{outcome.deal.id}:"
            yield from (f"open task {each}" for each in self._open_tasks if each.startswith(ours))

    def alive(self, outcomes: Iterable[Outcome]) -> Iterator[str]:
        for deal in (each.deal for each in outcomes if each.deal.is_cancelled):
            if self._projects[deal.contract.url]:
                yield f"project of {deal.id}"
            if self._figures[deal.id.partition(":")[2]].get("cashward_project"):
                yield f"project's link of {deal.id}"

    def missing(self, outcomes: Iterable[Outcome]) -> Iterator[str]:
        for deal in (each.deal for each in outcomes if not each.deal.is_cancelled):
            if not self._projects[deal.contract.url]:
                yield f"project of {deal.id}"
            plan = deal.kickoff.plan
            keys = [f"version {milestone.key}" for milestone in plan.milestones]
            keys += [f"issue {milestone.key}" for milestone in plan.milestones]
            keys += [f"issue {package.key}" for package in plan.packages]
            yield from (
                f"{key} of {deal.id}" for key in keys if not self._parts[f"{key} of {deal.id}"]
            )
            if not any(subject.startswith(f"{deal.id}:") for subject in self._tasks):
                yield f"task of {deal.id}"
            billed = self._figures[deal.id.partition(":")[2]].get("cashward_billed") or 0
            if float(billed) != WRITE_BACKS:
                yield f"last figures of {deal.id}"


def _stale(changes: Iterable[ChangingCall]) -> Iterator[str]:
    """Yield each write that landed after a younger one of the same record."""
    youngest: dict[tuple[str, str], int] = defaultdict(int)
    for change in changes:
        lease = change.lease
        if not lease or not change.is_committed or lease.verb != "do":
            continue
        if lease.kind not in {"crm.record", "pm.charter"}:
            continue
        deal, _, what = lease.subject.partition(":")[2].partition(":")
        age = int(what[1:]) if what[1:].isdigit() else int(what == "closed")
        if age < youngest[lease.kind, deal]:
            yield f"{change} after revision {youngest[lease.kind, deal]}"
        youngest[lease.kind, deal] = max(age, youngest[lease.kind, deal])


def _late(changes: Iterable[ChangingCall]) -> Iterator[str]:
    for change in changes:
        late = change.came - change.lease.deadline if change.lease else 0
        if late > timing.FLIGHT:
            done = "" if change.is_committed else ", refused"
            yield f"{change}, {late:.1f} s late{done}"


def _early(changes: Iterable[ChangingCall]) -> Iterator[str]:
    """Yield each request that came while an older attempt's could still land, and did."""
    of_effect: dict[tuple[str, str], list[ChangingCall]] = defaultdict(list)
    for change in changes:
        if change.lease and change.lease.kind in _WAIT:
            of_effect[change.lease.kind, change.lease.subject].append(change)
    for found in of_effect.values():
        yield from (
            f"{younger} before #{older.lease.attempt} landed"
            for older, younger in permutations(found, 2)
            if older.lease and younger.lease and older.lease.attempt < younger.lease.attempt
            if older.is_committed and younger.came < older.landed
        )


def _by_subject(docs: Iterable[Doc], field: str) -> Mapping[str, Sequence[Doc]]:
    found: dict[str, list[Doc]] = defaultdict(list)
    for doc in docs:
        if (subject := subject_in(doc.get(field) or "")) and doc["Status"] not in _GONE:
            found[subject].append(doc)
    return found


def _more_than_one(subjects: Iterable[str]) -> list[str]:
    """Return each subject as often as it is there too often."""
    extra = {subject: number - 1 for subject, number in Counter(subjects).items()}
    return [subject for subject, number in extra.items() for _ in range(number)]


def _version(doc: Doc) -> str:
    return _part("version", subject_in(doc["description"] or ""))


def _issue(doc: Doc) -> str:
    ours = doc["properties"].get("cashward") or {}
    return _part("issue", subject_in(ours.get("reference", "")))


def _part(kind: str, subject: str) -> str:
    deal, _, key = subject.rpartition(":")
    return f"{kind} {key} of {deal}" if key else ""


def _task(properties: Doc) -> str:
    return subject_in(str(properties.get("hs_task_body", "")).rpartition("<br>")[2])
