"""What travels: BottleCRM's JSON, exactly as it writes it, and what its refusals mean."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from connectors.common import Response
from ports.failures import ConnectorFailure, Misconfigured, Rejected, Uncertain


class Wire(BaseModel):
    """What we read of a JSON object; the rest of it is left alone."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class Ref(Wire):
    """Another record."""

    id: str


class Custom(Wire):
    """A record with fields that the account has added; what is unset is not there."""

    id: str
    custom_fields: dict[str, Any] = {}

    def text(self, key: str) -> str:
        value = self.custom_fields.get(key)
        return "" if value is None else str(value).strip()

    def ticked(self, key: str) -> bool:
        return self.custom_fields.get(key) is True


class Named(Ref):
    """Another record, and what it is called."""

    name: str = ""


class Definition(Wire):
    """A field that the account has added. An inactive one drops what is written to it, silently."""

    id: str
    kind: str = Field(alias="target_model")
    key: str
    type: str = Field(alias="field_type")
    options: list[dict[str, Any]] | None = None
    is_active: bool = True

    @property
    def values(self) -> set[str]:
        return {str(option.get("value")) for option in self.options or []}


class Definitions(Wire):
    """All fields that the account has added, to any kind of record."""

    definitions: list[Definition]


class Product(Wire):
    """An article of the catalogue."""

    sku: str | None = None
    description: str | None = None


class Line(Wire):
    """A line of the quote; `total` is what is left after its discount."""

    id: str
    name: str
    description: str = ""
    quantity: Decimal
    unit_price: Decimal
    total: Decimal
    product: Product | None = None


class Deal(Custom):
    """An opportunity. `stage_kind` is what its stage means, whatever it is called."""

    name: str
    account: Named | None = None
    stage_kind: str = ""
    stage_changed_at: datetime | None = None
    closed_on: str | None = None
    currency: str | None = None
    amount: Decimal | None = None
    probability: Decimal | None = None
    contacts: list[Ref] = []
    line_items: list[Line] = []
    assigned_to: list[Ref] = []
    closed_by: Ref | None = None

    @property
    def is_won(self) -> bool:
        return self.stage_kind == "won"

    @property
    def owner(self) -> str:
        """Whoever it is assigned to first, else whoever closed it."""
        owner = next(iter(self.assigned_to), None) or self.closed_by
        return owner.id if owner else ""


class DealPage(Wire):
    """A deal by itself, with the fields that deals have here."""

    deal: Deal = Field(alias="opportunity_obj")
    definitions: list[Definition] = Field(alias="custom_field_definitions")

    @property
    def keys(self) -> set[str]:
        return {definition.key for definition in self.definitions}


class DealList(Wire):
    """One page of a list of deals."""

    deals: list[Deal] = Field(alias="opportunities")


class Account(Custom):
    """A company. `country` is its ISO code."""

    name: str
    country: str | None = None
    website: str | None = None


class _Open(Wire):
    accounts: list[Account] = Field([], alias="open_accounts")


class _Closed(Wire):
    accounts: list[Account] = Field([], alias="close_accounts")


class AccountList(Wire):
    """One page of a list of companies, which comes in two parts."""

    active: _Open = Field(_Open(), alias="active_accounts")
    closed: _Closed = Field(_Closed(), alias="closed_accounts")


class AccountPage(Wire):
    """A company by itself."""

    account: Account = Field(alias="account_obj")


class Contact(Custom):
    """A person at a company."""

    first_name: str = ""
    last_name: str = ""
    email: str | None = None


class ContactPage(Wire):
    """A person by itself."""

    contact: Contact = Field(alias="contact_obj")


class Stage(Wire):
    """A stage of a pipeline, by the code that deals have."""

    code: str
    kind: str


class Pipeline(Wire):
    """A pipeline and its stages."""

    stages: list[Stage]


class Pipelines(Wire):
    """All pipelines of deals."""

    pipelines: list[Pipeline]


class Activity(Wire):
    """That a record was saved."""

    record: str = Field(alias="entity_id")
    at: datetime = Field(alias="timestamp")


class Activities(Wire):
    """The latest activities, newest first, and no more than fifty."""

    activities: list[Activity]

    @property
    def latest(self) -> dict[str, datetime]:
        """When each record was saved last."""
        return {each.record: each.at for each in reversed(self.activities)}

    def reach(self, moment: datetime) -> bool:
        """Whether all that was saved since then is in here."""
        return bool(self.activities) and self.activities[-1].at < moment


class Task(Wire):
    """A task as lists have it."""

    id: str
    created_at: datetime


class Tasks(Wire):
    """One page of a list of tasks."""

    tasks: list[Task]


class Profile(Wire):
    """Whoever a token stands for."""

    id: str
    role: str


class ProfilePage(Wire):
    """Ourselves."""

    profile: Profile = Field(alias="user_obj")


class Organization(Wire):
    """The firm whose account it is."""

    name: str = ""
    currency: str | None = Field(None, alias="default_currency")


def explain(answer: Response) -> ConnectorFailure | None:
    """The failure that a refusal means; None where the status says it all."""
    if answer.status in {401, 403}:
        way_out = "give Cashward an access token that is valid and has every scope it needs"
        return Misconfigured(answer.system, f"{answer.reason()} ({way_out})")
    if answer.status == 404 and not answer.text.lstrip().startswith("{"):
        reason = "404 from a path that no API serves: check url in the settings"
        return Misconfigured(answer.system, reason)
    return None


def refused(answer: Response) -> Response:
    """Some of its successes say inside that they are none."""
    told = answer.json()
    if isinstance(told, dict) and told.get("error") is True:
        raise Rejected(answer.system, answer.reason())
    return answer


@contextmanager
def after_a_change(system: str) -> Iterator[None]:
    """What fails in here fails after something was changed: it may have happened."""
    try:
        yield
    except Uncertain:
        raise
    except ConnectorFailure as lost:
        reason = f"it was done, and could not be read back: {lost.reason}"
        raise Uncertain(system, reason, answered=True) from lost
