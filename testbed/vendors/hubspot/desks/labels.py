"""Association types of a pair of kinds, and the labels that users make."""

from starlette.routing import Route

from testbed.vendors.common.call import Answer, Call
from testbed.vendors.hubspot import shapes
from testbed.vendors.hubspot.desks.desk import Desk, body, kind, paths
from testbed.vendors.hubspot.refusals import absent, invalid, refusal


class LabelDesk(Desk):
    """The types of a pair of kinds, and the labels that users make."""

    def routes(self) -> list[Route]:
        found = []
        for base in paths(
            "/crm/v4/associations/{type}/{to_type}/labels",
            "/crm/associations/{v}/{type}/{to_type}/labels",
        ):
            found += [
                Route(base, self.browse, methods=["GET"]),
                Route(base, self.create, methods=["POST"]),
                Route(base, self.rename, methods=["PUT"]),
                Route(f"{base}/{{type_id}}", self.delete, methods=["DELETE"]),
            ]
        return found

    def browse(self, call: Call) -> Answer:
        types = self.links.types(kind(call), kind(call, "to_type")).values()
        told = [{"category": t.category, "typeId": t.id, "label": t.label} for t in types]
        return Answer(200, {"results": told})

    def create(self, call: Call) -> Answer:
        a, b, asked = kind(call), kind(call, "to_type"), body(call, shapes.LABEL)
        if not asked.get("name") or not asked.get("label"):
            raise invalid("An association label needs a name and a label")
        for known in self.links.types(a, b).values():
            if known.category == "USER_DEFINED" and asked["name"] == known.v3:
                text = f"An association label named '{asked['name']}' already exists."
                raise refusal(409, text, "OBJECT_ALREADY_EXISTS", context={"name": [known.v3]})
        made = self.links.define(a, b, asked)
        told = [
            {"category": "USER_DEFINED", "typeId": m["typeId"], "label": m["label"]} for m in made
        ]
        return Answer(200, {"results": told})

    def rename(self, call: Call) -> Answer:
        asked = body(call, shapes.LABEL)
        if self.links.label(int(asked.get("associationTypeId") or 0)) is None:
            raise absent()
        self.links.rename(
            int(asked["associationTypeId"]), str(asked["label"]), asked.get("inverseLabel")
        )
        return Answer(204)

    def delete(self, call: Call) -> Answer:
        if not call.params["type_id"].isdigit():
            raise absent()
        self.links.undefine(int(call.params["type_id"]))
        return Answer(204)
