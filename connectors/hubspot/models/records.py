"""HubSpot's records and associations, as its JSON has them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import AliasPath, BaseModel, ConfigDict, Field

from connectors.hubspot.models.values import milliseconds

CHANGED: Final = "hs_lastmodifieddate"


class HubspotModel(BaseModel):
    """Base of the models; reads by alias and builds by name."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class _Paged(HubspotModel):
    """`after` is where the next page begins; None on the last one."""

    after: str | None = Field(None, validation_alias=AliasPath("paging", "next", "after"))


class Link(HubspotModel):
    """A record on the other end, once per type of association."""

    id: str
    type: str


class LinkPage(_Paged):
    """The first page of a record's associations."""

    results: list[Link] = []


class Record(HubspotModel):
    """A record of any kind. Every value is text or null, and an unset one may be either empty."""

    id: str
    properties: dict[str, str | None]
    associations: dict[str, LinkPage] = {}
    url: str = ""

    @property
    def ids(self) -> Sequence[str]:
        """Its own id, and those of the records that were merged into it."""
        return [self.id, *filter(None, self.text("hs_merged_object_ids").split(";"))]

    def text(self, name: str) -> str:
        return (self.properties.get(name) or "").strip()

    def linked(self, kind: str) -> LinkPage:
        return self.associations.get(kind) or LinkPage()


class BatchError(HubspotModel):
    """Why a part of a batch was not done."""

    category: str = ""
    message: str = ""


class BatchResult(HubspotModel):
    """A batch; `errors` name what was not done."""

    errors: list[BatchError] = []


class Batch(BatchResult):
    """Records read together."""

    results: list[Record]


class Page(_Paged):
    """One page of a search."""

    results: list[Record]


class AssociationType(HubspotModel):
    """A kind of association; the plain one has no label."""

    label: str | None = None


class Association(HubspotModel):
    """The ids of associations are numbers, unlike all others."""

    id: int = Field(alias="toObjectId")
    types: list[AssociationType] = Field(alias="associationTypes")

    @property
    def labels(self) -> list[str]:
        return [kind.label for kind in self.types if kind.label]


class Associations(_Paged):
    """One page of associations."""

    results: list[Association]


def changes_search(
    alternatives: Sequence[Mapping[str, Any]],
    properties: Sequence[str],
    since: datetime,
    after: str | None,
    page_size: int,
) -> dict[str, Any]:
    """The body of a search: records that changed since then and fit one of these filters."""
    changed = {"propertyName": CHANGED, "operator": "GTE", "value": str(milliseconds(since))}
    groups = [[each] for each in alternatives] or [[]]
    body: dict[str, Any] = {
        "filterGroups": [{"filters": [changed, *fits]} for fits in groups],
        "sorts": [{"propertyName": CHANGED, "direction": "ASCENDING"}],
        "properties": [*properties],
        "limit": page_size,
    }
    return body | ({"after": after} if after else {})
