"""The register of records: who is where, who holds which unique value, what may be written."""

from collections.abc import Hashable, Iterable, Mapping

from testbed.vendors.common.state import Collection, Doc, Store
from testbed.vendors.hubspot.calculated import Calculations
from testbed.vendors.hubspot.kinds import KINDS, Kind
from testbed.vendors.hubspot.refusals import (
    BadValue,
    absent,
    email_taken,
    invalid_values,
    no_number,
    not_unique,
    value_taken,
)
from testbed.vendors.hubspot.schema import Schema
from testbed.vendors.hubspot.values import stored

Values = dict[str, str | None]


class Register:
    """Finds records and checks values; it changes nothing, and refuses as HubSpot would."""

    def __init__(self, store: Store, schema: Schema) -> None:
        self._store = store
        self._schema = schema
        self.calculations = Calculations(store)
        self.merged = store.collection("_merged")
        self.reindex_all()

    def of(self, kind: Kind) -> Collection:
        return self._store.collection(kind.name)

    def reindex_all(self) -> None:
        for kind in KINDS.values():
            self.reindex(kind)

    def reindex(self, kind: Kind) -> None:
        """Find the records of a kind by their unique values, under the definitions of now."""

        def keys(record: Doc) -> Iterable[Hashable]:
            if record["archived"]:
                return []
            values = record["properties"]
            return [(n, values[n]) for n in self._schema.unique(kind) if values.get(n)]

        self.of(kind).index("unique", keys)

    def find(self, kind: Kind, id_: str) -> Doc | None:
        """The record of that id, archived or not; an id that was merged leads to its heir."""
        while heir := self.merged.get(f"{kind.name}:{id_}"):
            id_ = heir["to"]
        return self.of(kind).get(id_)

    def holder(self, kind: Kind, name: str, value: str) -> Doc | None:
        """The live record that holds a unique value."""
        found = self.of(kind).by("unique", (name, value.lower() if name == "email" else value))
        return found[0] if found else None

    def live(self, kind: Kind, id_: str, by: str = "", *, archived: bool = False) -> Doc:
        """The record that a path means, or the 404 that HubSpot has for it."""
        if by and by != "hs_object_id":
            found = self.holder(kind, by, id_) if self._schema.is_unique(kind, by) else None
        elif not id_.isdigit():
            raise no_number(id_)
        else:
            found = self.find(kind, id_)
        if found is None or found["archived"] is not archived:
            raise absent()
        return found

    def for_write(self, kind: Kind, id_: str, by: str = "", *, verb: str = "update") -> Doc:
        """The record that a write means; a property that is not unique cannot name it."""
        if by and not self._schema.is_unique(kind, by):
            raise not_unique(verb, kind.type_id, by)
        return self.live(kind, id_, by)

    def checked(self, kind: Kind, given: Mapping[str, object], record: Doc | None = None) -> Values:
        """The values as they will be stored; all that is wrong with them at once otherwise."""
        values: Values = {}
        bad: list[BadValue] = []
        for name, value in given.items():
            try:
                values[name] = self._value(kind, name, value)
            except BadValue as one:
                bad.append(one)
        if record is None and kind.name in {"notes", "tasks"} and not values.get("hs_timestamp"):
            bad.append(BadValue("hs_timestamp", "REQUIRED_FIELD", "hs_timestamp is required"))
        bad += self._strayed(kind, values)
        if bad:
            raise invalid_values(bad)
        self._refuse_taken(kind, values, record)
        return values

    def _strayed(self, kind: Kind, values: Values) -> list[BadValue]:
        """A stage that belongs to another pipeline than the one it is given with."""
        stage, pipeline = values.get("dealstage"), values.get("pipeline")
        if kind.name != "deals" or not stage or not pipeline:
            return []
        if self.calculations.pipeline_of(kind.name, stage) == pipeline:
            return []
        return [
            BadValue("dealstage", "INVALID_OPTION", f"{stage} is not a valid pipeline stage ID")
        ]

    def _value(self, kind: Kind, name: str, value: object) -> str | None:
        definition = self._schema.find(kind, name)
        if definition is None:
            text = f'Property "{name}" does not exist'
            raise BadValue(name, "PROPERTY_DOESNT_EXIST", text)
        if definition["modificationMetadata"]["readOnlyValue"]:
            text = f'"{name}" is a read only property; its value cannot be set'
            raise BadValue(name, "READ_ONLY_VALUE", text)
        return stored(definition, value)

    def _refuse_taken(self, kind: Kind, values: Values, record: Doc | None) -> None:
        for name in self._schema.unique(kind) & values.keys():
            value = values[name]
            held = self.holder(kind, name, value) if value else None
            if value and held and (record is None or held["id"] != record["id"]):
                if record is None and name == "email":
                    raise email_taken(held["id"])
                target = record["id"] if record else self._next_id(kind)
                raise value_taken(kind.type_id, name, value, (target, held["id"]))

    def _next_id(self, kind: Kind) -> str:
        return str(self._store.next_id(kind.name, start=kind.first_id))
