"""Associations of the v4 API: pairs of records, one at a time and by the batch."""

from starlette.routing import Route

from testbed.vendors.common.call import Answer, Call, Refusal
from testbed.vendors.common.state import Doc
from testbed.vendors.hubspot import shapes
from testbed.vendors.hubspot.desks.desk import (
    Desk,
    batch,
    inputs,
    kind,
    next_page,
    offset,
    paths,
    whole,
)
from testbed.vendors.hubspot.kinds import Kind
from testbed.vendors.hubspot.linktypes import LinkType
from testbed.vendors.hubspot.refusals import absent, invalid

_MOST_READ, _MOST_CREATED = 1000, 2000


class AssociationDesk(Desk):
    """Pairs are kept in both directions; a label brings the plain type along."""

    def routes(self) -> list[Route]:
        found = []
        for base in paths(
            "/crm/v4/objects/{type}/{id}/associations", "/crm/objects/{v}/{type}/{id}/associations"
        ):
            pair = f"{base}/{{to_type}}/{{to_id}}"
            found += [
                Route(f"{base}/default/{{to_type}}/{{to_id}}", self.join, methods=["PUT"]),
                Route(f"{base}/{{to_type}}", self.browse, methods=["GET"]),
                Route(pair, self.label, methods=["PUT"]),
                Route(pair, self.part, methods=["DELETE"]),
            ]
        for base in paths(
            "/crm/v4/associations/{type}/{to_type}/batch",
            "/crm/associations/{v}/{type}/{to_type}/batch",
        ):
            found += [
                Route(f"{base}/read", self.read_all, methods=["POST"]),
                Route(f"{base}/create", self.label_all, methods=["POST"]),
                Route(f"{base}/archive", self.part_all, methods=["POST"]),
                Route(f"{base}/associate/default", self.join_all, methods=["POST"]),
                Route(f"{base}/labels/archive", self.take_off_all, methods=["POST"]),
            ]
        return found

    def browse(self, call: Call) -> Answer:
        a, b = kind(call), kind(call, "to_type")
        record = self.records.live(a, call.params["id"])
        limit, after = whole(call, "limit", 500, 500), offset(call)
        pairs = self.links.of((a, record["id"]), b)
        answer: Doc = {"results": self._told(a, b, pairs[after : after + limit])}
        if after + limit < len(pairs):
            answer["paging"] = next_page(call, str(after + limit))
        return Answer(200, answer)

    def _told(self, a: Kind, b: Kind, pairs: list[Doc]) -> list[Doc]:
        types = self.links.types(a, b)
        return [
            {
                "toObjectId": int(pair["to"][1]),
                "associationTypes": [
                    {"category": category, "typeId": id_, "label": types[category, id_].label}
                    for category, id_ in pair["types"]
                ],
            }
            for pair in pairs
        ]

    def join(self, call: Call) -> Answer:
        made = self._join(call, call.params["id"], call.params["to_id"])
        return Answer(200, batch(call, made))

    def join_all(self, call: Call) -> Answer:
        made = []
        for one in inputs(call, shapes.PAIR, _MOST_CREATED):
            made += self._join(call, str(one["from"]["id"]), str(one["to"]["id"]))
        return Answer(200, batch(call, made))

    def _join(self, call: Call, id_: str, to_id: str) -> list[Doc]:
        a, b = kind(call), kind(call, "to_type")
        plain = self.links.plain(a, b)
        if plain is None:
            raise invalid(f"{a.type_id} cannot be associated with {b.type_id}")
        ids = self._ends(a, b, id_, to_id)
        self.links.add((a, ids[0]), (b, ids[1]), [plain])
        return [
            _between(ids[0], ids[1], plain.id),
            _between(ids[1], ids[0], plain.inverse),
        ]

    def label(self, call: Call) -> Answer:
        shapes.fit(call.json, [shapes.SPEC])
        made = self._label(call, call.params["id"], call.params["to_id"], call.json)
        return Answer(201, made)

    def label_all(self, call: Call) -> Answer:
        made = [
            self._label(call, str(one["from"]["id"]), str(one["to"]["id"]), one.get("types"))
            for one in inputs(call, shapes.PAIR, _MOST_CREATED)
        ]
        return Answer(201, batch(call, made))

    def _label(self, call: Call, id_: str, to_id: str, given: list[Doc] | None) -> Doc:
        a, b = kind(call), kind(call, "to_type")
        types = self.links.checked(a, b, given)
        ids = self._ends(a, b, id_, to_id)
        self.links.add((a, ids[0]), (b, ids[1]), types)
        return {
            "fromObjectTypeId": a.type_id,
            "fromObjectId": ids[0],
            "toObjectTypeId": b.type_id,
            "toObjectId": ids[1],
            "labels": [t.label for t in types if t.label],
        }

    def part(self, call: Call) -> Answer:
        a, b = kind(call), kind(call, "to_type")
        self.links.drop((a, call.params["id"]), (b, call.params["to_id"]))
        return Answer(204)

    def part_all(self, call: Call) -> Answer:
        a, b = kind(call), kind(call, "to_type")
        for one in inputs(call, shapes.PARTING):
            for to in one["to"]:
                self.links.drop((a, str(one["from"]["id"])), (b, str(to["id"])))
        return Answer(204)

    def take_off_all(self, call: Call) -> Answer:
        a, b = kind(call), kind(call, "to_type")
        for one in inputs(call, shapes.PAIR):
            types: list[LinkType] = self.links.checked(a, b, one.get("types"))
            ends = (a, str(one["from"]["id"])), (b, str(one["to"]["id"]))
            self.links.take_off(*ends, types)
        return Answer(204)

    def read_all(self, call: Call) -> Answer:
        a, b = kind(call), kind(call, "to_type")
        results, errors = [], []
        for one in inputs(call, shapes.END, _MOST_READ):
            id_ = str(one["id"])
            record = self.records.find(a, id_)
            pairs = self.links.of((a, record["id"]), b) if record else []
            if pairs:
                results.append({"from": {"id": id_}, "to": self._told(a, b, pairs)})
            else:
                errors.append(_alone(a, b, id_))
        return Answer(207 if errors else 200, batch(call, results, errors))

    def _ends(self, a: Kind, b: Kind, id_: str, to_id: str) -> tuple[str, str]:
        """Both records must be there."""
        try:
            return self.records.live(a, id_)["id"], self.records.live(b, to_id)["id"]
        except Refusal:
            raise absent() from None


def _between(start: str, end: str, type_id: int) -> Doc:
    spec = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}
    return {"from": {"id": start}, "to": {"id": end}, "associationSpec": spec}


def _alone(a: Kind, b: Kind, id_: str) -> Doc:
    """How a 207 says that a record has no associations, which is no failure."""
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": f"No {b.singular} is associated with {a.singular} {id_}.",
        "context": {
            "fromObjectId": [id_],
            "fromObjectType": [a.singular],
            "toObjectType": [b.singular],
        },
    }
