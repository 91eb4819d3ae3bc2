"""Compares recorded exchanges with a vendor's document, and reports each difference once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from tests.testbed.vendors.fidelity.document import FILE, Document, Operation
from tests.testbed.vendors.fidelity.shape import Difference, differences
from tests.testbed.vendors.fidelity.tape import Exchange


@dataclass(frozen=True)
class Known:
    """A difference that is kept, and why; in the patterns `*` is any text."""

    operation: str
    at: str
    why: str
    sent: str = "*"

    def covers(self, operation: str, what: Difference) -> bool:
        return (
            fnmatchcase(operation, self.operation)
            and fnmatchcase(what.at, self.at)
            and fnmatchcase(what.sent, self.sent)
        )


@dataclass(frozen=True)
class Complaint:
    """A difference and the operation that shows it."""

    operation: str
    what: Difference

    def __str__(self) -> str:
        at, says, sent = self.what.at, self.what.says, self.what.sent
        return f"{self.operation}\n    at {at}\n    the document says: {says}\n    sent: {sent}"


@dataclass
class Verdict:
    """The result of comparing tapes with a document."""

    compared: set[str] = field(default_factory=set)
    undocumented: set[str] = field(default_factory=set)
    complaints: dict[tuple[str, str, str], Complaint] = field(default_factory=dict)
    unseen: set[Known] = field(default_factory=set)


class Judge:
    """A vendor's document, the models of its refusals by status, and what is known to differ."""

    def __init__(
        self, document: Document, refusals: Mapping[int, str], known: Sequence[Known] = ()
    ) -> None:
        self._document = document
        self._refusals = refusals
        self._known = known
        self.verdict = Verdict(unseen=set(known))

    def hold(self, tape: Iterable[Exchange], *, asked_by: str = "") -> None:
        """Compare the answers to all callers, and the requests of one caller."""
        for exchange in tape:
            operation = self._document.find(exchange.method, exchange.path)
            if operation is None:
                self.verdict.undocumented.add(exchange.operation)
                continue
            found = [*self._answered(exchange, operation)]
            if exchange.status < 400:
                self.verdict.compared.add(exchange.operation)
                found += _asked(exchange, operation) if exchange.actor == asked_by else ()
            for what in found:
                self._complain(Complaint(exchange.operation, what))

    def _complain(self, complaint: Complaint) -> None:
        operation, what = complaint.operation, complaint.what
        known = {each for each in self._known if each.covers(operation, what)}
        self.verdict.unseen -= known
        if not known:
            self.verdict.complaints.setdefault((operation, what.at, what.says), complaint)

    def _answered(self, exchange: Exchange, operation: Operation) -> Iterator[Difference]:
        if exchange.status < 400:
            yield from _answered(exchange, operation)
        elif refusal := self._refusals.get(exchange.status):
            at = f"answer {exchange.status}"
            yield from differences(exchange.answered(), refusal, operation.models, at)


def _asked(exchange: Exchange, operation: Operation) -> Iterator[Difference]:
    for name in exchange.query - operation.query:
        yield Difference(f"query.{name}", f"no such parameter of {operation.path}", name)
    if operation.body and exchange.request:
        yield from differences(exchange.asked(), operation.body, operation.models, "request")


def _answered(exchange: Exchange, operation: Operation) -> Iterator[Difference]:
    if operation.answers and exchange.status not in operation.answers:
        statuses = " or ".join(map(str, operation.answers))
        yield Difference("status", statuses, str(exchange.status))
    elif (type_ := operation.answers.get(exchange.status)) == FILE:
        return
    elif type_:
        yield from differences(exchange.answered(), type_, operation.models, "answer")
    elif exchange.answer:
        yield Difference("answer", "no body", exchange.answer.decode()[:80])
