"""A project's charter: a wiki page that Textile and Markdown show alike."""

from collections.abc import Iterable, Iterator
from typing import Final

from pydantic import BaseModel

from connectors.common.charter import CLOSED
from connectors.redmine.models.records import Named
from domain.project import BudgetLine, WriteCharter

CLOSED_LINE: Final = f"*{CLOSED}*\n\n"


class WikiPage(BaseModel):
    """A page, its last author, and the version that an update must name."""

    text: str = ""
    author: Named
    version: int

    @property
    def plain(self) -> str:
        """The text with our line ends; browsers write other ones."""
        return self.text.replace("\r\n", "\n").strip()


def charter_text(command: WriteCharter) -> str:
    parts = "\n\n".join(part for part in _parts(command) if part)
    return (CLOSED_LINE if command.is_closed else "") + parts


def _parts(command: WriteCharter) -> Iterator[str]:
    yield f"Deal {command.deal}. The contract's terms are kept in the CRM: change them there."
    yield f"*Contract terms*, from {command.start} to {command.end}"
    yield command.scope.strip()
    yield _section(
        "SLA", (f"{each.metric}: {each.target}" + _penalty(each.penalty) for each in command.sla)
    )
    yield _section("Budget", map(_budget, command.budget))
    people = (f"{person.role}: CRM contact {person.contact}" for person in command.stakeholders)
    yield _section("Stakeholders", people)
    yield _section("Team", (f"{member.role}: {member.person}" for member in command.team))


def _section(title: str, lines: Iterable[str]) -> str:
    listed = [f"* {line}" for line in lines]
    return "\n".join([f"*{title}*", "", *listed]) if listed else ""


def _budget(line: BudgetLine) -> str:
    return f"{line.cost_type}: {line.amount}" + (f", {line.hours} h" if line.hours else "")


def _penalty(penalty: str) -> str:
    return f" (else {penalty})" if penalty else ""
