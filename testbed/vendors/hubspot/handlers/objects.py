"""Records one at a time: list, read, create, change, archive, merge."""

from starlette.routing import Route

from testbed.vendors.common.call import Answer, Call
from testbed.vendors.common.state import Doc
from testbed.vendors.hubspot import shapes
from testbed.vendors.hubspot.desks.desk import (
    Desk,
    body,
    flag,
    kind,
    next_page,
    offset,
    paths,
    several,
    source,
    whole,
)
from testbed.vendors.hubspot.kinds import KINDS, Kind, kind_of
from testbed.vendors.hubspot.linktypes import LinkType
from testbed.vendors.hubspot.records import history_of
from testbed.vendors.hubspot.refusals import BadValue, invalid, invalid_values, refusal
from testbed.vendors.hubspot.showing import shown

Target = tuple[Kind, str, list[LinkType]]

_ENFORCED_FROM = "/2026-09/"


class ObjectDesk(Desk):
    """The paths under `/crm/v3/objects/{type}` that deal with one record, or list them."""

    def routes(self) -> list[Route]:
        found = []
        for base in paths("/crm/v3/objects/{type}", "/crm/objects/{v}/{type}"):
            found += [
                Route(base, self.browse, methods=["GET"]),
                Route(base, self.create, methods=["POST"]),
                Route(f"{base}/merge", self.merge, methods=["POST"]),
                Route(f"{base}/{{id}}", self.read, methods=["GET"]),
                Route(f"{base}/{{id}}", self.change, methods=["PATCH"]),
                Route(f"{base}/{{id}}", self.archive, methods=["DELETE"]),
            ]
        return found

    def browse(self, call: Call) -> Answer:
        a = kind(call)
        limit = whole(call, "limit", 10, 50 if several(call, "propertiesWithHistory") else 100)
        archived, after = flag(call, "archived"), offset(call)
        records = [r for r in self.records.of(a).values() if r["archived"] is archived]
        records.sort(key=lambda record: int(record["id"]))
        if after:
            records = [r for r in records if int(r["id"]) >= after]
        answer: Doc = {"results": [self._shown(call, a, r) for r in records[:limit]]}
        if len(records) > limit:
            answer["paging"] = next_page(call, records[limit]["id"])
        return Answer(200, answer)

    def read(self, call: Call) -> Answer:
        a, by = kind(call), call.query.get("idProperty", "")
        record = self.records.live(a, call.params["id"], by, archived=flag(call, "archived"))
        return Answer(200, self._shown(call, a, record))

    def create(self, call: Call) -> Answer:
        a, given = kind(call), body(call, shapes.RECORD)
        self._enforce(call, a, given.get("properties") or {})
        values = self.records.checked(a, given.get("properties") or {})
        targets = self.targets(a, given.get("associations") or [])
        return Answer(201, shown(a, self.make(call, a, values, targets), None))

    def make(
        self, call: Call, a: Kind, values: dict[str, str | None], targets: list[Target]
    ) -> Doc:
        """Make a record of checked values and let it belong to its checked targets."""
        record = self.records.create(a, values, source(call))
        for b, id_, types in targets:
            self.links.add((a, record["id"]), (b, id_), types)
        return record

    def targets(self, a: Kind, given: list[Doc]) -> list[Target]:
        """What a new record shall belong to; all of it must exist and fit, or nothing is made."""
        found = []
        for one in given:
            id_, types = str(one["to"]["id"]), one["types"]
            b = self._end(a, types)
            record = self.records.find(b, id_) if b else None
            if b is None or record is None or record["archived"]:
                raise invalid("One or more associations are invalid")
            found.append((b, record["id"], self.links.checked(a, b, types)))
        return found

    def _end(self, a: Kind, types: list[Doc]) -> Kind | None:
        """The kind on the other end, which only the types tell."""
        wanted = {int(one.get("associationTypeId") or 0) for one in types}
        for b in KINDS.values():
            if wanted & {t.id for t in self.links.types(a, b).values()}:
                return b
        return None

    def _enforce(self, call: Call, a: Kind, given: Doc) -> None:
        """From 2026-09 on, what an administrator made required is required."""
        needed = self.options.get("required_properties", {}).get(a.name, [])
        missing = [name for name in needed if not given.get(name)]
        if missing and _ENFORCED_FROM in call.path:
            text = "Required property was not set"
            raise invalid_values([BadValue(n, "MISSING_REQUIRED_PROPERTY", text) for n in missing])

    def change(self, call: Call) -> Answer:
        a, given = kind(call), body(call, shapes.RECORD).get("properties") or {}
        record = self.records.for_write(a, call.params["id"], call.query.get("idProperty", ""))
        values = self.records.checked(a, given, record)
        return Answer(200, shown(a, self.records.update(a, record, values, source(call)), None))

    def archive(self, call: Call) -> Answer:
        a, id_ = kind(call), call.params["id"]
        record = self.records.find(a, id_) if id_.isdigit() else self.records.live(a, id_)
        if record and not record["archived"]:
            self.records.archive(a, record)
            self.links.isolate((a, record["id"]))
        return Answer(204)

    def merge(self, call: Call) -> Answer:
        a, given = kind(call), body(call, shapes.MERGE)
        if not a.merges:
            raise refusal(405, f"Merging is not supported for {a.name}")
        primary = self.records.live(a, str(given.get("primaryObjectId")))
        other = self.records.live(a, str(given.get("objectIdToMerge")))
        if primary["id"] == other["id"]:
            raise invalid("Cannot merge an object with itself")
        heir = self.records.merge(a, primary, other, source(call))
        self.links.inherit(a, heir["id"], [primary["id"], other["id"]])
        return Answer(200, shown(a, heir, None))

    def _shown(self, call: Call, a: Kind, record: Doc) -> Doc:
        wanted = several(call, "properties") or list(a.shown)
        told = several(call, "propertiesWithHistory")
        known = {name for name in [*wanted, *told] if self.schema.find(a, name)}
        answer = shown(a, record, [*wanted, *told], known=known)
        if told:
            answer["propertiesWithHistory"] = {n: history_of(record, n) for n in told if n in known}
        words = several(call, "associations")
        if words and (belongs := self._associations(a, record, words)):
            answer["associations"] = belongs
        return answer

    def _associations(self, a: Kind, record: Doc, words: list[str]) -> Doc:
        """The ids by kind, once for each type; kinds without any are left out."""
        answer = {}
        for b in filter(None, map(kind_of, words)):
            types = self.links.types(a, b)
            results = [
                {"id": pair["to"][1], "type": types[category, number].v3}
                for pair in self.links.of((a, record["id"]), b)
                for category, number in pair["types"]
            ]
            if results:
                answer[b.spaced] = {"results": results}
        return answer
