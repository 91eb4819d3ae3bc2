"""Property groups."""

from starlette.routing import Route

from testbed.vendors.common.call import Answer, Call
from testbed.vendors.common.state import Doc
from testbed.vendors.hubspot import shapes
from testbed.vendors.hubspot.desks.desk import Desk, body, kind, paths
from testbed.vendors.hubspot.desks.properties import NAME, taken
from testbed.vendors.hubspot.refusals import invalid, refusal


class GroupDesk(Desk):
    """Groups of properties; one that still has some cannot be archived."""

    def routes(self) -> list[Route]:
        found = []
        for base in paths("/crm/v3/properties/{type}/groups", "/crm/properties/{v}/{type}/groups"):
            found += [
                Route(base, self.browse, methods=["GET"]),
                Route(base, self.create, methods=["POST"]),
                Route(f"{base}/{{name}}", self.read, methods=["GET"]),
                Route(f"{base}/{{name}}", self.change, methods=["PATCH"]),
                Route(f"{base}/{{name}}", self.archive, methods=["DELETE"]),
            ]
        return found

    def browse(self, call: Call) -> Answer:
        found = [_told(g) for g in self.schema.groups.values() if g["kind"] == kind(call).name]
        return Answer(200, {"results": found})

    def create(self, call: Call) -> Answer:
        a, asked = kind(call), body(call, shapes.GROUP)
        name = str(asked.get("name", ""))
        if not NAME.fullmatch(name) or not asked.get("label"):
            raise invalid("A property group needs a label and a name of lower case letters")
        if f"{a.name}:{name}" in self.schema.groups:
            text = f"A property group named '{name}' already exists."
            raise taken(text, name, "Properties.PROPERTY_GROUP")
        group = {"kind": a.name, "name": name, "label": asked["label"]}
        group |= {"displayOrder": asked.get("displayOrder", -1), "archived": False}
        self.schema.groups.put(f"{a.name}:{name}", group)
        return Answer(201, _told(group))

    def read(self, call: Call) -> Answer:
        return Answer(200, _told(self._group(call)))

    def change(self, call: Call) -> Answer:
        asked = body(call, shapes.GROUP)
        fields = {name: asked[name] for name in ("label", "displayOrder") if name in asked}
        group = self._group(call) | fields
        self.schema.groups.put(f"{group['kind']}:{group['name']}", group)
        return Answer(200, _told(group))

    def archive(self, call: Call) -> Answer:
        group, a = self._group(call), kind(call)
        if any(d["groupName"] == group["name"] and not d["archived"] for d in self.schema.all(a)):
            raise invalid(f"Property group '{group['name']}' still has properties")
        self.schema.groups.delete(f"{a.name}:{group['name']}")
        return Answer(204)

    def _group(self, call: Call) -> Doc:
        found = self.schema.groups.get(f"{kind(call).name}:{call.params['name']}")
        if found is None:
            name = call.params["name"]
            text = f"No property group named '{name}'"
            raise refusal(404, text, "OBJECT_NOT_FOUND", context={"name": [name]})
        return found


def _told(found: Doc) -> Doc:
    return {name: value for name, value in found.items() if name != "kind"}
