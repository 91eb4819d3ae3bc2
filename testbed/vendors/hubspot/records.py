"""Records of every object type: created, changed, archived, merged."""

from collections.abc import Mapping
from dataclasses import dataclass

from testbed.vendors.common.clock import Clock, milliseconds
from testbed.vendors.common.state import Doc, Store
from testbed.vendors.hubspot.object_types import ObjectType
from testbed.vendors.hubspot.record_store import RecordStore, Values
from testbed.vendors.hubspot.schema import Schema
from testbed.vendors.hubspot.times import iso, parse_ms

_SYSTEM = {"createdate", "hs_object_id", "hs_lastmodifieddate", "lastmodifieddate"}


@dataclass(frozen=True, slots=True)
class Source:
    """Who makes a change, as the history of a property names it."""

    type: str
    id: str


class Records(RecordStore):
    """Writes values that were checked."""

    def __init__(self, store: Store, clock: Clock, schema: Schema) -> None:
        super().__init__(store, schema)
        self._clock = clock

    def create(self, type_: ObjectType, values: Values, source: Source, id_: str = "") -> Doc:
        id_ = id_ or str(self._store.next_id(type_.name, start=type_.first_id))
        now = iso(milliseconds(self._clock.now()))
        record: Doc = {
            "id": id_,
            "properties": {"createdate": now, "hs_object_id": id_},
            "createdAt": now,
            "updatedAt": now,
            "archived": False,
            "history": {},
        }
        return self._write(type_, record, values, source)

    def update(self, type_: ObjectType, record: Doc, values: Values, source: Source) -> Doc:
        """Change what is named and nothing else."""
        return self._write(type_, record, values, source)

    def archive(self, type_: ObjectType, record: Doc) -> None:
        self.of(type_).put(record["id"], self._stamped(type_, record) | {"archived": True})

    def merge(self, type_: ObjectType, primary: Doc, other: Doc, source: Source) -> Doc:
        """One new record of two: the primary's values win, both old ids lead to it."""
        olds = _ids_within(primary) + _ids_within(other)
        keep = _without_system(other) | _without_system(primary)
        keep["hs_merged_object_ids"] = ";".join(olds)
        heir = self.create(type_, keep, source)
        for old in (primary, other):
            self.of(type_).delete(old["id"])
            self.merged.put(f"{type_.name}:{old['id']}", {"to": heir["id"]})
        return heir

    def _write(self, type_: ObjectType, record: Doc, values: Values, source: Source) -> Doc:
        if type_.name == "deals":
            values = self._with_stage(record, values)
        record = self._stamped(type_, record)
        history = _with_history(record, values, source)
        properties = _merged(record["properties"], values)
        properties = _merged(properties, self.calculations.of(type_.name, properties))
        record = {**record, "properties": properties, "history": history}
        self.of(type_).put(record["id"], record)
        return record

    def _with_stage(self, record: Doc, values: Values) -> Values:
        """A stage brings its pipeline; a deal that closes without a close date closes now."""
        stage = values.get("dealstage")
        if pipeline := self.calculations.pipeline_of(stage):
            values = {**values, "pipeline": pipeline}
        dated = values.get("closedate") or record["properties"].get("closedate")
        if self.calculations.closes(stage) and not dated:
            values = {**values, "closedate": iso(milliseconds(self._clock.now()))}
        return values

    def _stamped(self, type_: ObjectType, record: Doc) -> Doc:
        """Set the time of the last change, which grows strictly for each record."""
        last = parse_ms(record["updatedAt"]) if type_.modified in record["properties"] else 0
        now = iso(max(milliseconds(self._clock.now()), last + 1))
        properties = {**record["properties"], type_.modified: now}
        return {**record, "properties": properties, "updatedAt": now}


def history_of(record: Doc, name: str) -> list[Doc]:
    """The versions of a property's value, newest first."""
    versions: list[Doc] = record["history"].get(name, [])
    return versions


def _with_history(record: Doc, values: Values, source: Source) -> dict[str, list[Doc]]:
    history = dict(record["history"])
    for name, value in values.items():
        if value != record["properties"].get(name):
            version = {"value": value or "", "timestamp": record["updatedAt"]}
            version |= {"sourceType": source.type, "sourceId": source.id}
            history[name] = [version, *history_of(record, name)]
    return history


def _merged(properties: Values, values: Mapping[str, str | None]) -> Values:
    """The properties with the values put in; what is cleared is gone."""
    both = {**properties, **values}
    return {name: value for name, value in both.items() if value is not None}


def _without_system(record: Doc) -> Values:
    return {name: v for name, v in record["properties"].items() if name not in _SYSTEM}


def _ids_within(record: Doc) -> list[str]:
    merged = record["properties"].get("hs_merged_object_ids")
    return merged.split(";") if merged else [record["id"]]
