"""The bodies that HubSpot's endpoints take; a body of another shape is a 400."""

from decimal import Decimal
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from testbed.vendors.common.call import Call
from testbed.vendors.hubspot.errors import invalid

_MOST_INPUTS = 100

Value = str | bool | int | Decimal | None


class Body(BaseModel):
    """An object in a request; fields that it does not name are ignored."""

    model_config = ConfigDict(coerce_numbers_to_str=True, frozen=True, populate_by_name=True)


class Reference(Body):
    """A record by its id."""

    id: str


class Named(Body):
    """A property by its name."""

    name: str


class AssociationSpec(Body):
    """An association type by its category and id."""

    association_category: str = Field(alias="associationCategory")
    association_type_id: int = Field(alias="associationTypeId")


class Association(Body):
    """Another record, and what it is to this one."""

    to: Reference
    types: list[AssociationSpec]

    @property
    def specs(self) -> list[tuple[str, int]]:
        return [(each.association_category, each.association_type_id) for each in self.types]


class RecordBody(Body):
    """A record to create, or with an id to change."""

    id: str = ""
    properties: dict[str, Value] = {}
    associations: list[Association] = []


class Merge(Body):
    """Two records to merge; the values of the primary one win."""

    primary_object_id: str = Field(alias="primaryObjectId")
    object_id_to_merge: str = Field(alias="objectIdToMerge")


class Filter(Body):
    """A condition on one property."""

    property_name: str = Field(alias="propertyName")
    operator: str
    value: Value = None
    values: list[Value] = []


class FilterGroup(Body):
    """Filters of which all must hold."""

    filters: list[Filter] = []


class Sort(Body):
    """The property that orders what is found."""

    property_name: str = Field(alias="propertyName")
    direction: str = "ASCENDING"


class Search(Body):
    """Filter groups of which one must hold, and the page asked for."""

    filter_groups: list[FilterGroup] = Field([], max_length=5, alias="filterGroups")
    sorts: list[Sort] = Field([], max_length=1)
    properties: list[str] = []
    limit: int = Field(10, ge=1, le=200)
    after: int = Field(0, ge=0, lt=10_000)


class Option(Body):
    """One value of an enumeration."""

    value: str
    label: str
    display_order: int = Field(-1, alias="displayOrder")
    hidden: bool = False


class PropertyBody(Body):
    """A property to create."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str
    type: str
    field_type: str = Field(alias="fieldType")
    group_name: str = Field(alias="groupName")
    options: list[Option] = []


class PropertyChange(Body):
    """What may be changed of a property; only what is named is changed."""

    label: str | None = None
    type: str | None = None
    field_type: str | None = Field(None, alias="fieldType")
    options: list[Option] | None = None


class Group(Body):
    """A property group to create."""

    name: str
    label: str
    display_order: int = Field(-1, alias="displayOrder")


class Label(Body):
    """An association label to create."""

    name: str
    label: str


BodyT = TypeVar("BodyT", bound=Body)


class Batch(Body, Generic[BodyT]):
    """Many inputs of one shape."""

    inputs: list[BodyT] = Field(max_length=_MOST_INPUTS)
    properties: list[str] = []


def read(call: Call, shape: type[BodyT]) -> BodyT:
    """The body of a call, or HubSpot's 400 if it has another shape."""
    given: Any = call.json
    try:
        return shape.model_validate(given)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise invalid(f"Invalid input JSON: {where}: {first['msg']}") from None
