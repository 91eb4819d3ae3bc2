"""Associations of records, and the labels that they may have."""

from starlette.routing import Route

from testbed.vendors.common.call import Call, Response
from testbed.vendors.common.state import Doc
from testbed.vendors.hubspot import request_bodies
from testbed.vendors.hubspot.errors import name_taken
from testbed.vendors.hubspot.handlers.handler import (
    Handler,
    batch,
    next_page,
    page_of,
    routes,
    type_of,
)


class AssociationHandler(Handler):
    """An association exists in both directions; a label brings the default type along."""

    def routes(self) -> list[Route]:
        pairs = routes(
            "/crm/v4/objects/{type}/{id}/associations",
            "/crm/objects/{v}/{type}/{id}/associations",
            ("PUT", "/default/{to_type}/{to_id}", self.associate),
            ("GET", "/{to_type}", self.list_of_record),
            ("DELETE", "/{to_type}/{to_id}", self.remove),
        )
        labels = routes(
            "/crm/v4/associations/{type}/{to_type}/labels",
            "/crm/associations/{v}/{type}/{to_type}/labels",
            ("GET", "", self.labels),
            ("POST", "", self.create_label),
            ("DELETE", "/{type_id}", self.delete_label),
        )
        return pairs + labels

    def list_of_record(self, call: Call) -> Response:
        a, b = type_of(call), type_of(call, "to_type")
        record = self.records.live(a, call.params["id"])
        limit, after = page_of(call, 500, 500)
        pairs, types = self.associations.of((a, record["id"]), b), self.associations.types(a, b)
        results = [
            {
                "toObjectId": int(pair["to"][1]),
                "associationTypes": [
                    {"category": category, "typeId": id_, "label": types[category, id_].label}
                    for category, id_ in pair["types"]
                ],
            }
            for pair in pairs[after : after + limit]
        ]
        answer: Doc = {"results": results}
        if after + limit < len(pairs):
            answer["paging"] = next_page(call, str(after + limit))
        return Response(200, answer)

    def associate(self, call: Call) -> Response:
        a, b = type_of(call), type_of(call, "to_type")
        type_ = self.associations.default(a, b)
        one = self.records.live(a, call.params["id"])["id"]
        other = self.records.live(b, call.params["to_id"])["id"]
        self.associations.add((a, one), (b, other), [type_])
        made = [_between(one, other, type_.id), _between(other, one, type_.inverse)]
        return Response(200, batch(call, made))

    def remove(self, call: Call) -> Response:
        start = (type_of(call), call.params["id"])
        self.associations.remove(start, (type_of(call, "to_type"), call.params["to_id"]))
        return Response(204)

    def labels(self, call: Call) -> Response:
        types = self.associations.types(type_of(call), type_of(call, "to_type")).values()
        shown = [{"category": t.category, "typeId": t.id, "label": t.label} for t in types]
        return Response(200, {"results": shown})

    def create_label(self, call: Call) -> Response:
        a, b = type_of(call), type_of(call, "to_type")
        asked = request_bodies.read(call, request_bodies.Label)
        if any(asked.name == known.name for known in self.associations.types(a, b).values()):
            text = f"An association label named '{asked.name}' already exists."
            raise name_taken(text, asked.name, "LABEL")
        made = self.associations.define_label(a, b, asked.name, asked.label)
        shown = {"category": "USER_DEFINED", "typeId": made["typeId"], "label": asked.label}
        return Response(200, {"results": [shown]})

    def delete_label(self, call: Call) -> Response:
        self.associations.delete_label(call.params["type_id"])
        return Response(204)


def _between(start: str, end: str, type_id: int) -> Doc:
    spec = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}
    return {"from": {"id": start}, "to": {"id": end}, "associationSpec": spec}
