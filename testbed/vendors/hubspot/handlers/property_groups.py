"""Property groups."""

from starlette.routing import Route

from testbed.vendors.common.call import Call, Response
from testbed.vendors.hubspot import request_bodies
from testbed.vendors.hubspot.errors import invalid, name_taken, no_such_name
from testbed.vendors.hubspot.handlers.handler import Handler, routes, type_of


class PropertyGroupHandler(Handler):
    """A group that still has properties cannot be archived."""

    def routes(self) -> list[Route]:
        return routes(
            "/crm/v3/properties/{type}/groups",
            "/crm/properties/{v}/{type}/groups",
            ("GET", "", self.list_all),
            ("POST", "", self.create),
            ("DELETE", "/{name}", self.archive),
        )

    def list_all(self, call: Call) -> Response:
        found = self.schema.groups.find(objectType=type_of(call).name)
        shown = [{n: v for n, v in group.items() if n != "objectType"} for group in found]
        return Response(200, {"results": shown})

    def create(self, call: Call) -> Response:
        type_, asked = type_of(call), request_bodies.read(call, request_bodies.Group)
        key = f"{type_.name}:{asked.name}"
        if key in self.schema.groups:
            text = f"A property group named '{asked.name}' already exists."
            raise name_taken(text, asked.name, "PROPERTY_GROUP")
        group = asked.model_dump(by_alias=True) | {"archived": False}
        self.schema.groups.put(key, group | {"objectType": type_.name})
        return Response(201, group)

    def archive(self, call: Call) -> Response:
        type_, name = type_of(call), call.params["name"]
        if f"{type_.name}:{name}" not in self.schema.groups:
            raise no_such_name(f"No property group named '{name}'", name)
        if any(found["groupName"] == name for found in self.schema.all(type_)):
            raise invalid(f"Property group '{name}' still has properties")
        self.schema.groups.delete(f"{type_.name}:{name}")
        return Response(204)
