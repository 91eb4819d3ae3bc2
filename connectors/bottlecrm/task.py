"""The change that puts a task before a deal's owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from connectors.bottlecrm.about import Tasks
from connectors.bottlecrm.refusals import after_a_change, refused
from connectors.bottlecrm.schema import has_field
from connectors.bottlecrm.site import Site
from connectors.kit.deal import KEY
from connectors.kit.transport import Query
from domain.effect import EffectKind, Made, Repeat, Strategy
from domain.names import ExternalId
from domain.task import OwnerTask
from ports.change import Ticket
from ports.failures import Absent, Misconfigured, Uncertain

_KIND = EffectKind("crm.task")
_TASKS = "/api/tasks/"
_LONGEST_TITLE = 200
_MOST = 100


@dataclass(frozen=True)
class TaskChange:
    """BottleCRM takes a task twice and answers no id, so a task is found by the key in it."""

    site: Site
    repeat: Repeat
    kind: EffectKind = _KIND
    reopens: bool = False

    @property
    def system(self) -> str:
        return self.site.system

    async def make(self, command: OwnerTask, ticket: Ticket) -> Made:
        """The oldest that carries our key, which is the one just made unless another came first."""
        del ticket
        deal = self.site.local(command.deal)
        owner = (await self.site.deal(deal)).deal.owner
        if not await has_field(self.site, "Task", KEY):
            raise Misconfigured(self.system, f"tasks have no {KEY}: prepare the account")
        refused(await self.site.api.post(_TASKS, body=_body(command, deal, owner)))
        with after_a_change(self.system):
            found = await self.find(command)
        if not found:
            raise Uncertain(self.system, "the task was made, and is not found", answered=True)
        return found[0]

    async def find(self, command: OwnerTask) -> Sequence[Made]:
        """Open and closed ones: what was asked once is not asked again."""
        try:
            deal = self.site.local(command.deal)
        except Absent:
            return ()
        ours: Query = {f"cf_{KEY}": _key(command), "opportunity": deal}
        query = {**ours, "slim": "true", "limit": _MOST}
        found = (await self.site.api.get(_TASKS, query=query)).read(Tasks).tasks
        oldest_first = sorted(found, key=lambda task: (task.created_at, task.id))
        return [Made(id=ExternalId(task.id), url=self.site.url(deal)) for task in oldest_first]

    async def take_back(self, command: OwnerTask, made: Made) -> None:
        """Closes it; one that is closed already stays so."""
        del command
        try:
            answer = await self.site.api.patch(
                f"{_TASKS}{{}}/", made.id, body={"status": "Completed"}
            )
        except Absent:
            return
        refused(answer)


def task_change(site: Site, settle: timedelta) -> TaskChange:
    return TaskChange(site, Repeat(strategy=Strategy.INERT, settle=settle))


def _key(command: OwnerTask) -> str:
    return f"cw:{command.subject}"


def _body(command: OwnerTask, deal: str, owner: str) -> dict[str, object]:
    return {
        "title": command.title[:_LONGEST_TITLE],
        "description": command.body,
        "status": "New",
        "priority": "High",
        "due_date": command.due,
        "opportunity": deal,
        "assigned_to": [owner] if owner else [],
        "custom_fields": {KEY: _key(command)},
    }
