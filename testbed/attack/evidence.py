"""What the vendors logged and hold, and what our own records say of it."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import psycopg

from store.database import plain_url
from testbed.demo.clients import VendorClient, VendorClients

Doc = Mapping[str, Any]
_SUBJECT = re.compile(r"hubspot:\d+(?::[\w.-]+)*$")
_READING = ("/search", "/batch/read", "/bulkfetch", "/connect/token")
_US: Final = "cashward"
_PAGE: Final = 10_000


@dataclass(frozen=True)
class Lease:
    """The attempt that a request belongs to, and the moment until which it may leave."""

    verb: str
    """`do`, `undo` or `sweep`."""
    kind: str
    subject: str
    attempt: int
    deadline: float


@dataclass(frozen=True)
class ChangingCall:
    """A request of ours that was to change something, as a vendor logged it."""

    vendor: str
    operation: str
    came: float
    landed: float
    """When the vendor had carried it out."""
    is_committed: bool
    lease: Lease | None

    def __str__(self) -> str:
        lease = self.lease
        about = (
            f"{lease.verb} {lease.kind} {lease.subject} #{lease.attempt}" if lease else "nothing"
        )
        return f"{self.vendor} {self.operation} for {about}"


@dataclass(frozen=True)
class Evidence:
    """Everything that the counts are made from."""

    changes: Sequence[ChangingCall]
    records: Mapping[str, Sequence[Doc]]
    effects: Mapping[tuple[str, str], str]
    """The id that the ledger has on record, by kind and subject of the effect."""
    documents: Mapping[str, str]
    """The document that is on record for a bill, by its subject."""


async def gather_evidence(
    clients: VendorClients, database_url: str, *, beside: str = ""
) -> Evidence:
    """Gather all of it, without the books of the installation beside this one."""
    records: dict[str, Sequence[Doc]] = {}
    for client, collections in (
        (clients.crm, ("deals", "tasks")),
        (clients.pm, ("projects", "versions", "issues")),
        (clients.erp, ("Contacts", "Invoices", "CreditNotes")),
    ):
        for collection in collections:
            query = {"collection": collection}
            found = await client.ask("GET", "/_sandbox/records", query=query)
            records[collection] = [doc for doc in found if not (beside and _is_of(beside, doc))]
    changes = [
        change
        for client in (clients.crm, clients.pm, clients.erp)
        for change in await _changes(client)
    ]
    effects, documents = await _our_records(database_url)
    return Evidence(changes, records, effects, documents)


def _is_of(installation: str, doc: Doc) -> bool:
    reference = doc.get("Reference") or doc.get("ContactNumber") or ""
    return reference.startswith(f"cw:{installation}:")


def subject_in(reference: str) -> str:
    """Return the subject in a reference at a vendor; empty if it is not ours."""
    found = _SUBJECT.search(reference)
    return found[0] if found and reference.startswith("cw") else ""


async def _changes(client: VendorClient) -> Sequence[ChangingCall]:
    return [
        ChangingCall(
            vendor=client.name,
            operation=line["operation"],
            came=datetime.fromisoformat(line["came"]).timestamp(),
            landed=datetime.fromisoformat(line["at"]).timestamp(),
            is_committed=line["committed"],
            lease=_lease(line["trace"]),
        )
        async for line in _lines(client)
        if line["actor"] == _US and line["trace"] and _is_change(line)
    ]


async def _lines(client: VendorClient) -> AsyncIterator[Doc]:
    """Read a vendor's whole log, page by page."""
    seen = 0
    while True:
        query = {"since": f"{seen}", "most": f"{_PAGE}"}
        page = await client.ask("GET", "/_sandbox/oplog", query=query)
        for line in page:
            yield line
        if len(page) < _PAGE:
            return
        seen = page[-1]["seq"]


def _is_change(line: Doc) -> bool:
    return line["method"] != "GET" and not line["operation"].endswith(_READING)


def _lease(trace: str) -> Lease | None:
    if "|" not in trace:
        return None
    verb, kind, subject, attempt, deadline = trace.split("|")
    return Lease(verb, kind, subject, int(attempt), float(deadline))


async def _our_records(url: str) -> tuple[Mapping[tuple[str, str], str], Mapping[str, str]]:
    async with await psycopg.AsyncConnection.connect(plain_url(url)) as connection:
        effects = await connection.execute("select kind, subject, external_id from effects")
        documents = await connection.execute("select bill, external_id from documents")
        return (
            {(kind, subject): made or "" for kind, subject, made in await effects.fetchall()},
            dict(await documents.fetchall()),
        )
