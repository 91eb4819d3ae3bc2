"""Records one at a time: list, read, create, change, archive, merge."""

from collections.abc import Sequence

from starlette.routing import Route

from testbed.vendors.common.call import Call, Response
from testbed.vendors.common.state import Doc
from testbed.vendors.hubspot import request_bodies
from testbed.vendors.hubspot.association_types import AssociationType
from testbed.vendors.hubspot.errors import invalid
from testbed.vendors.hubspot.handlers.handler import (
    Handler,
    next_page,
    page_of,
    routes,
    source,
    type_of,
)
from testbed.vendors.hubspot.object_types import OBJECT_TYPES, ObjectType, object_type
from testbed.vendors.hubspot.records import history_of
from testbed.vendors.hubspot.rendering import rendered
from testbed.vendors.hubspot.request_bodies import Association, RecordBody

Target = tuple[ObjectType, str, list[AssociationType]]


class ObjectHandler(Handler):
    """The paths under `/crm/v3/objects/{type}`."""

    def routes(self) -> list[Route]:
        return routes(
            "/crm/v3/objects/{type}",
            "/crm/objects/{v}/{type}",
            ("GET", "", self.list_all),
            ("POST", "", self.create),
            ("POST", "/merge", self.merge),
            ("GET", "/{id}", self.read),
            ("PATCH", "/{id}", self.change),
            ("DELETE", "/{id}", self.archive),
        )

    def list_all(self, call: Call) -> Response:
        type_ = type_of(call)
        limit, after = page_of(call, 10, 100)
        live = [r for r in self.records.of(type_).values() if not r["archived"]]
        live.sort(key=lambda record: int(record["id"]))
        found = [record for record in live if int(record["id"]) >= after]
        answer: Doc = {"results": [self._rendered(call, type_, r) for r in found[:limit]]}
        if len(found) > limit:
            answer["paging"] = next_page(call, found[limit]["id"])
        return Response(200, answer)

    def read(self, call: Call) -> Response:
        type_ = type_of(call)
        record = self.records.live(type_, call.params["id"])
        return Response(200, self._rendered(call, type_, record))

    def create(self, call: Call) -> Response:
        made = self.created(call, type_of(call), request_bodies.read(call, RecordBody))
        return Response(201, made)

    def created(self, call: Call, type_: ObjectType, given: RecordBody) -> Doc:
        """Create a record with its associations, or nothing if either is refused."""
        values = self.records.checked(type_, given.properties)
        targets = self._targets(type_, given.associations)
        record = self.records.create(type_, values, source(call))
        for other, id_, types in targets:
            self.associations.add((type_, record["id"]), (other, id_), types)
        return rendered(type_, record, None)

    def change(self, call: Call) -> Response:
        type_, given = type_of(call), request_bodies.read(call, RecordBody)
        return Response(200, self.changed(call, type_, call.params["id"], given))

    def changed(self, call: Call, type_: ObjectType, id_: str, given: RecordBody) -> Doc:
        record = self.records.live(type_, id_)
        values = self.records.checked(type_, given.properties, record)
        return rendered(type_, self.records.update(type_, record, values, source(call)), None)

    def archive(self, call: Call) -> Response:
        type_ = type_of(call)
        record = self.records.find(type_, call.params["id"])
        if record and not record["archived"]:
            self.records.archive(type_, record)
            self.associations.remove_all((type_, record["id"]))
        return Response(204)

    def merge(self, call: Call) -> Response:
        type_, given = type_of(call), request_bodies.read(call, request_bodies.Merge)
        primary = self.records.live(type_, given.primary_object_id)
        other = self.records.live(type_, given.object_id_to_merge)
        if not type_.merges or primary["id"] == other["id"]:
            raise invalid("These objects cannot be merged")
        heir = self.records.merge(type_, primary, other, source(call))
        self.associations.move(type_, [primary["id"], other["id"]], heir["id"])
        return Response(200, rendered(type_, heir, None))

    def _targets(self, type_: ObjectType, given: Sequence[Association]) -> list[Target]:
        """The records to associate with; each must exist, and the types must fit it."""
        found = []
        for one in given:
            other = self._other_end(type_, one)
            record = self.records.find(other, one.to.id) if other else None
            if other is None or record is None or record["archived"]:
                raise invalid("One or more associations are invalid")
            found.append((other, record["id"], self.associations.check(type_, other, one.specs)))
        return found

    def _other_end(self, type_: ObjectType, given: Association) -> ObjectType | None:
        """The object type at the other end, which only the association types tell."""
        for other in OBJECT_TYPES.values():
            if self.associations.types(type_, other).keys() & set(given.specs):
                return other
        return None

    def _rendered(self, call: Call, type_: ObjectType, record: Doc) -> Doc:
        with_history = call.words("propertiesWithHistory")
        wanted = [*(call.words("properties") or type_.shown), *with_history]
        known = self.schema.known(type_, wanted)
        answer = rendered(type_, record, wanted, known)
        if with_history:
            versions = {n: history_of(record, n) for n in with_history if n in known}
            answer["propertiesWithHistory"] = versions
        if others := self._associated(type_, record, call.words("associations")):
            answer["associations"] = others
        return answer

    def _associated(self, type_: ObjectType, record: Doc, words: list[str]) -> Doc:
        """The ids by object type, once for each association type; empty types are left out."""
        answer = {}
        for other in filter(None, map(object_type, words)):
            types = self.associations.types(type_, other)
            results = [
                {"id": pair["to"][1], "type": types[category, number].name}
                for pair in self.associations.of((type_, record["id"]), other)
                for category, number in pair["types"]
            ]
            if results:
                answer[other.spaced] = {"results": results}
        return answer
