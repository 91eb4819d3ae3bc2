"""Records of every kind: made, changed, archived, merged."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from testbed.vendors.common.clock import Clock
from testbed.vendors.common.state import Doc, Store
from testbed.vendors.hubspot.kinds import KINDS, Kind
from testbed.vendors.hubspot.register import Register, Values
from testbed.vendors.hubspot.schema import Schema
from testbed.vendors.hubspot.times import iso, parse_ms, to_ms

_TOLD_FROM_BIRTH = ("dealstage", "pipeline", "amount", "closedate", "dealname")
_HISTORY_KEPT = 20


@dataclass(frozen=True, slots=True)
class Source:
    """Who makes a change, as the history of a property tells it."""

    type: str
    id: str


class Records(Register):
    """Changes the records of the account by values that were checked."""

    def __init__(self, store: Store, clock: Clock, schema: Schema, *, calculates: bool) -> None:
        super().__init__(store, schema)
        self._clock = clock
        self._calculates = calculates

    def create(self, kind: Kind, values: Values, source: Source, *, id_: str = "") -> Doc:
        """Make a record of values that were checked."""
        id_ = id_ or self._next_id(kind)
        now = iso(to_ms(self._clock.now()))
        record: Doc = {
            "id": id_,
            "properties": {"createdate": now, "hs_object_id": id_},
            "createdAt": now,
            "updatedAt": now,
            "archived": False,
            "history": {},
        }
        return self._put(kind, record, values, source, told=_TOLD_FROM_BIRTH)

    def update(self, kind: Kind, record: Doc, values: Values, source: Source) -> Doc:
        """Change what is named and nothing else."""
        return self._put(kind, record, values, source, told=(*_TOLD_FROM_BIRTH, *values))

    def recalculate(self, kind: Kind, id_: str) -> None:
        """Bring the calculated properties up to date, which counts as a change."""
        record = self.of(kind).get(id_)
        if record is None or record["archived"]:
            return
        worked_out = self.calculations.of(kind.name, record["properties"])
        if any(record["properties"].get(name) != value for name, value in worked_out.items()):
            properties = _merged(record["properties"], worked_out)
            self.of(kind).put(id_, self._stamped(kind, {**record, "properties": properties}))

    def recalculate_all(self) -> None:
        """Make good what an earlier process was stopped before it had worked it out."""
        for kind in KINDS.values():
            for id_ in self.of(kind).ids():
                self.recalculate(kind, id_)

    def _put(
        self, kind: Kind, record: Doc, values: Values, source: Source, *, told: Sequence[str]
    ) -> Doc:
        if kind.name == "deals":
            values = self._closing(record, self._piped(values))
        record = self._stamped(kind, {**record, "properties": {**record["properties"]}})
        history = _told(record, values, source, told)
        properties = _merged(record["properties"], values)
        if self._calculates:
            properties = _merged(properties, self.calculations.of(kind.name, properties))
        record = {**record, "properties": properties, "history": history}
        self.of(kind).put(record["id"], record)
        return record

    def _piped(self, values: Values) -> Values:
        """A stage brings its pipeline along."""
        pipeline = self.calculations.pipeline_of("deals", values.get("dealstage"))
        return {**values, "pipeline": pipeline} if pipeline else values

    def _closing(self, record: Doc, values: Values) -> Values:
        """A deal that closes without a close date closes now."""
        dated = values.get("closedate") or record["properties"].get("closedate")
        if dated or not self.calculations.closes(values.get("dealstage")):
            return values
        return {**values, "closedate": iso(to_ms(self._clock.now()))}

    def _stamped(self, kind: Kind, record: Doc) -> Doc:
        """Move the time of the last change, which grows strictly for each record."""
        last = parse_ms(record["updatedAt"]) if kind.modified in record["properties"] else 0
        now = iso(max(to_ms(self._clock.now()), last + 1))
        properties = {**record["properties"], kind.modified: now}
        return {**record, "properties": properties, "updatedAt": now}

    def archive(self, kind: Kind, record: Doc) -> None:
        gone = self._stamped(kind, record) | {"archived": True}
        self.of(kind).put(record["id"], gone | {"archivedAt": gone["updatedAt"]})

    def merge(self, kind: Kind, primary: Doc, other: Doc, source: Source) -> Doc:
        """One new record of two: the primary's values win, both old ids lead to it."""
        olds = _ids_within(primary) + _ids_within(other)
        keep = _given(other) | _given(primary)
        id_ = self._next_id(kind)
        for old in (primary, other):
            self.of(kind).delete(old["id"])
            self.merged.put(f"{kind.name}:{old['id']}", {"to": id_})
        return self.create(kind, keep | {"hs_merged_object_ids": ";".join(olds)}, source, id_=id_)


def _merged(properties: Values, values: Mapping[str, str | None]) -> Values:
    """The properties with the values put in; what is cleared is gone."""
    both = {**properties, **values}
    return {name: value for name, value in both.items() if value is not None}


def history_of(record: Doc, name: str) -> list[Doc]:
    """A property's values, newest first; one that never changed has been there from birth."""
    kept: list[Doc] | None = record["history"].get(name)
    value = record["properties"].get(name)
    if kept is not None or value is None:
        return kept or []
    told = {"value": value, "timestamp": record["createdAt"], "sourceType": "CRM_UI"}
    return [told | {"sourceId": "userId:9100123"}]


def _told(
    record: Doc, values: Values, source: Source, names: Iterable[str]
) -> dict[str, list[Doc]]:
    history = dict(record["history"])
    for name in dict.fromkeys(names):
        if name in values and values[name] != record["properties"].get(name):
            entry = {
                "value": values[name] or "",
                "timestamp": record["updatedAt"],
                "sourceType": source.type,
                "sourceId": source.id,
            }
            history[name] = [entry, *history_of(record, name)][:_HISTORY_KEPT]
    return history


def _given(record: Doc) -> Values:
    """What people put into a record, without what the system keeps in it."""
    kept = {"createdate", "hs_object_id", "hs_lastmodifieddate", "lastmodifieddate"}
    return {name: v for name, v in record["properties"].items() if name not in kept}


def _ids_within(record: Doc) -> list[str]:
    merged = record["properties"].get("hs_merged_object_ids")
    return merged.split(";") if merged else [record["id"]]
