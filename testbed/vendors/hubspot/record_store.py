"""Finds records, and checks values before they are written."""

from collections.abc import Hashable, Iterable, Mapping

from testbed.vendors.common.state import Collection, Doc, Store
from testbed.vendors.hubspot.calculated_properties import Calculations
from testbed.vendors.hubspot.errors import (
    BadValue,
    absent,
    email_taken,
    invalid_values,
    no_number,
)
from testbed.vendors.hubspot.object_types import OBJECT_TYPES, ObjectType
from testbed.vendors.hubspot.schema import Schema
from testbed.vendors.hubspot.values import stored

Values = dict[str, str | None]


class RecordStore:
    """Changes nothing, and refuses as HubSpot does."""

    def __init__(self, store: Store, schema: Schema) -> None:
        self._store = store
        self._schema = schema
        self.calculations = Calculations(store)
        self.merged = store.collection("_merged")
        for type_ in OBJECT_TYPES.values():
            self.of(type_).index("email", _emails)

    def of(self, type_: ObjectType) -> Collection:
        return self._store.collection(type_.name)

    def find(self, type_: ObjectType, id_: str) -> Doc | None:
        """The record of that id, archived or not; a merged id leads to the merged record."""
        while heir := self.merged.get(f"{type_.name}:{id_}"):
            id_ = heir["to"]
        return self.of(type_).get(id_)

    def live(self, type_: ObjectType, id_: str) -> Doc:
        """The record of that id, or HubSpot's 404."""
        if not id_.isdigit():
            raise no_number(id_)
        found = self.find(type_, id_)
        if found is None or found["archived"]:
            raise absent()
        return found

    def checked(
        self, type_: ObjectType, given: Mapping[str, object], record: Doc | None = None
    ) -> Values:
        """The values as they will be stored, or a refusal that lists all that is wrong."""
        values: Values = {}
        bad: list[BadValue] = []
        for name, value in given.items():
            try:
                values[name] = self._value(type_, name, value)
            except BadValue as one:
                bad.append(one)
        if record is None and type_.name == "tasks" and not values.get("hs_timestamp"):
            bad.append(BadValue("hs_timestamp", "REQUIRED_FIELD", "hs_timestamp is required"))
        bad += self._misplaced_stage(values)
        if bad:
            raise invalid_values(bad)
        self._refuse_taken_email(type_, values, record)
        return values

    def _misplaced_stage(self, values: Values) -> list[BadValue]:
        """A deal stage of another pipeline than the one it is given with."""
        stage, pipeline = values.get("dealstage"), values.get("pipeline")
        if not stage or not pipeline or self.calculations.pipeline_of(stage) == pipeline:
            return []
        text = f"{stage} is not a valid pipeline stage ID"
        return [BadValue("dealstage", "INVALID_OPTION", text)]

    def _value(self, type_: ObjectType, name: str, value: object) -> str | None:
        definition = self._schema.find(type_, name)
        if definition is None:
            text = f'Property "{name}" does not exist'
            raise BadValue(name, "PROPERTY_DOESNT_EXIST", text)
        if definition["modificationMetadata"]["readOnlyValue"]:
            text = f'"{name}" is a read only property; its value cannot be set'
            raise BadValue(name, "READ_ONLY_VALUE", text)
        return stored(definition, value)

    def _refuse_taken_email(self, type_: ObjectType, values: Values, record: Doc | None) -> None:
        for holder in self.of(type_).by("email", values.get("email")):
            if record is None or holder["id"] != record["id"]:
                raise email_taken(holder["id"])


def _emails(record: Doc) -> Iterable[Hashable]:
    email = record["properties"].get("email")
    return [email] if email and not record["archived"] else []
