"""What travels: Redmine's JSON as Redmine writes it, what its refusals mean, and our panel.

Ids are numbers; what is not asked for may be missing.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, Field, ValidationError, model_validator

from connectors.common import Response
from domain.project import BudgetLine, WriteCharter
from ports.failures import ConnectorFailure, Misconfigured, Rejected, Unreachable

CLOSED = "*CLOSED: the deal was cancelled.*"
"""How the panel of a cancelled deal begins."""


class Errors(BaseModel):
    """What was wrong, in sentences of the account's language."""

    errors: list[str]


class Thing(BaseModel):
    """Whatever is told by its number, with a name where it has one."""

    id: int
    name: str = ""


class Value(BaseModel):
    """What a custom field holds: text, a list of texts, or nothing."""

    id: int
    value: Any = None


class Record(Thing):
    """What may carry custom fields."""

    fields: list[Value] = Field([], alias="custom_fields")

    def text(self, field: int) -> str:
        found = next((each.value for each in self.fields if each.id == field), None)
        return found if isinstance(found, str) else ""

    def key(self, field: int, deal: str) -> str:
        """The rest of our key, if it is one of the deal's; else empty."""
        ours, _, key = self.text(field).rpartition(":")
        return key if ours == deal else ""


class Project(Record):
    """`modules`, `trackers` and `issue_fields` are told only where asked for."""

    identifier: str
    status: int = 1
    modules: list[Thing] = Field([], alias="enabled_modules")
    trackers: list[Thing] = []
    issue_fields: list[Thing] = Field([], alias="issue_custom_fields")

    @property
    def is_closed(self) -> bool:
        """Whether it takes no more changes; an archived one is never shown."""
        return self.status == 5


class Version(Record):
    """A milestone, in Redmine's terms."""

    project: Thing
    status: str = "open"


class Issue(Record):
    """`spent` is missing where nobody may see the project's time."""

    project: Thing
    parent: Thing | None = None
    spent: Decimal | None = Field(None, alias="spent_hours")
    children: list[Thing] = []


class Booking(Record):
    """A time entry."""

    project: Thing
    issue: Thing | None = None
    user: Thing
    hours: Decimal
    day: date = Field(alias="spent_on")


class Member(Thing):
    """A membership; a group's has no user."""

    user: Thing | None = None


class User(Thing):
    """An account. `admin` is told to itself and to administrators."""

    login: str = ""
    admin: bool = False


class CustomField(Thing):
    """`kind` is what it is a field of: `project`, `version`, `issue`, `time_entry`."""

    kind: str = Field("", alias="customized_type")
    trackers: list[Thing] = []
    choices: list[dict[str, str]] = Field([], alias="possible_values")


class WikiPage(BaseModel):
    """Text, who wrote it last, and the number that a change of it must name."""

    text: str = ""
    author: Thing
    version: int

    @property
    def plain(self) -> str:
        """As we would have written it; a browser ends lines in another way."""
        return self.text.replace("\r\n", "\n").strip()


T = TypeVar("T", bound=BaseModel)
R = TypeVar("R", bound=Thing)


class Page(BaseModel, Generic[T]):
    """A list, or a part of it; lists that come whole do not say how long they are."""

    total: int = Field(0, alias="total_count")
    rows: list[T]

    @model_validator(mode="before")
    @classmethod
    def _under_any_name(cls, body: object) -> object:
        """Redmine names a list by what is in it."""
        if not isinstance(body, dict):
            return body
        lists = [value for value in body.values() if isinstance(value, list)]
        return {**body, "rows": lists[0]} if len(lists) == 1 else body


class One(BaseModel, Generic[T]):
    """A record by itself."""

    it: T

    @model_validator(mode="before")
    @classmethod
    def _under_any_name(cls, body: object) -> object:
        """Redmine names it by its kind."""
        return {"it": next(iter(body.values()))} if isinstance(body, dict) and body else body


class Forbidden(Misconfigured):
    """403, which is one of many: no right, an archived or closed project, a module or REST off."""


def explain(answer: Response) -> ConnectorFailure | None:
    """The failure that a refusal means; None where its status says it all.

    Its sentences are translated: only the status is trusted.
    """
    match answer.status:
        case 401:
            reason = (
                "the API key is wrong or its account is locked: sign in to Redmine as Cashward's"
                " account, make a new key on its page My account (API access key, Reset), and set"
                " it as redmine key or in key_file"
            )
            return Misconfigured(answer.system, reason)
        case 403:
            reason = (
                "403: Cashward's account may not do this; let it administer Redmine, and switch"
                " the REST API and the project's modules on"
            )
            return Forbidden(answer.system, reason)
        case 409:
            return Unreachable(answer.system, "somebody else wrote at the same time")
        case 422:
            return _invalid(answer)
    return None


def _invalid(answer: Response) -> ConnectorFailure | None:
    try:
        errors = Errors.model_validate_json(answer.text).errors
    except ValidationError:
        return None
    if not errors:  # how it says that a record was changed by another in the meantime
        return Unreachable(answer.system, "somebody else changed it at the same time")
    return Rejected(answer.system, answer.reason("; ".join(errors)))


def panel(command: WriteCharter) -> str:
    """What the team must know of the contract, as Textile and Markdown both show it."""
    return "\n\n".join(part for part in _parts(command) if part)


def _parts(command: WriteCharter) -> Iterator[str]:
    yield CLOSED if command.is_closed else ""
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
