"""The change that writes a project's charter: a wiki page, the panel of what was bought."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from connectors.redmine.site import Site
from connectors.redmine.wire import One, Project, WikiPage
from domain.effect import EffectKind, Made, Repeat
from domain.project import BudgetLine, WriteCharter
from ports.change import Ticket
from ports.failures import Absent, Rejected, Uncertain

_KIND = EffectKind("pm.charter")
_PAGE = "/projects/{}/wiki/Customer_panel.json"
_CLOSED = "*CLOSED: the deal was cancelled.*"


@dataclass(frozen=True)
class CharterChange:
    """The whole page, so that writing twice is writing once; what people wrote on it stays.

    A closing charter closes the project. One that a person closed takes no open charter.
    """

    site: Site
    repeat: Repeat
    kind: EffectKind = _KIND
    reopens: bool = False

    @property
    def system(self) -> str:
        return self.site.system

    async def make(self, command: WriteCharter, ticket: Ticket) -> Made:
        del ticket
        project = await self.site.project(command.project)
        async with self.site.inside(command.project):
            await self._write(command, project)
        if command.is_closed:
            await self._close(command.project)
        return Made(id=command.project)

    async def find(self, command: WriteCharter) -> Sequence[Made]:
        del command
        return ()

    async def take_back(self, command: WriteCharter, made: Made) -> None:
        del made
        with suppress(Absent):
            project = await self.site.project(command.project)
            if project.is_closed and command.is_closed:
                await self._reopen(command.project)
            async with self.site.inside(command.project):
                await self.site.api.delete(_PAGE, command.project)

    async def _write(self, command: WriteCharter, project: Project) -> None:
        there = await self._page(command.project)
        text = await self._beside_people(command, there)
        if there and text == there.plain:
            return
        if project.is_closed:
            if not command.is_closed:
                reason = f"project {command.project} is closed: reopen it in Redmine"
                raise Rejected(self.system, reason)
            await self._reopen(command.project)
        page = {"text": text, "comments": "Cashward"}
        # Naming the version we read, Redmine refuses to write over what came after it.
        version = {"version": there.version} if there else {}
        await self.site.api.put(_PAGE, command.project, body={"wiki_page": page | version})

    async def _beside_people(self, command: WriteCharter, there: WikiPage | None) -> str:
        """What the page becomes: ours, unless people wrote on it last."""
        if there is None:
            return panel(command)
        if command.is_closed and there.plain.startswith(_CLOSED):
            return there.plain
        if there.author.id == (await self.site.me()).id:
            return panel(command)
        return f"{_CLOSED}\n\n{there.plain}" if command.is_closed else there.plain

    async def _page(self, project: str) -> WikiPage | None:
        try:
            return (await self.site.api.get(_PAGE, project)).read(One[WikiPage]).it
        except Absent:
            return None

    async def _close(self, project: str) -> None:
        await self.site.api.put("/projects/{}/close.json", project)
        if not (await self.site.project(project)).is_closed:
            raise Uncertain(self.system, f"project {project} is still open")

    async def _reopen(self, project: str) -> None:
        await self.site.api.put("/projects/{}/reopen.json", project)


def panel(command: WriteCharter) -> str:
    """What the team must know of the contract, as Textile and Markdown both show it."""
    return "\n\n".join(part for part in _parts(command) if part)


def _parts(command: WriteCharter) -> Iterator[str]:
    yield _CLOSED if command.is_closed else ""
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
    told = [f"* {line}" for line in lines]
    return "\n".join([f"*{title}*", "", *told]) if told else ""


def _budget(line: BudgetLine) -> str:
    return f"{line.cost_type}: {line.amount}" + (f", {line.hours} h" if line.hours else "")


def _penalty(penalty: str) -> str:
    return f" (else {penalty})" if penalty else ""
