"""Property definitions: HubSpot's own to read, users' to create and change."""

from starlette.routing import Route

from testbed.vendors.common.call import Call, Refusal, Response
from testbed.vendors.common.clock import milliseconds
from testbed.vendors.common.state import Doc
from testbed.vendors.hubspot import request_bodies
from testbed.vendors.hubspot.errors import invalid, name_taken, no_such_name
from testbed.vendors.hubspot.handlers.handler import Handler, batch, routes, type_of
from testbed.vendors.hubspot.object_types import ObjectType
from testbed.vendors.hubspot.property_definitions import definition
from testbed.vendors.hubspot.request_bodies import Batch, Named, PropertyBody, PropertyChange
from testbed.vendors.hubspot.times import iso

_FIELD_TYPES = {
    "string": {"text", "textarea"},
    "number": {"number"},
    "date": {"date"},
    "datetime": {"date"},
    "enumeration": {"select", "radio"},
}


class PropertyHandler(Handler):
    """Definitions that users create; HubSpot's own cannot be changed."""

    def routes(self) -> list[Route]:
        return routes(
            "/crm/v3/properties/{type}",
            "/crm/properties/{v}/{type}",
            ("GET", "", self.list_all),
            ("POST", "/batch/create", self.create_all),
            ("POST", "/batch/archive", self.archive_all),
            ("GET", "/{name}", self.read),
            ("PATCH", "/{name}", self.change),
            ("DELETE", "/{name}", self.archive),
        )

    def list_all(self, call: Call) -> Response:
        return Response(200, {"results": list(self.schema.all(type_of(call)))})

    def read(self, call: Call) -> Response:
        return Response(200, _shown(self._known(type_of(call), call.params["name"])))

    def change(self, call: Call) -> Response:
        type_, asked = type_of(call), request_bodies.read(call, PropertyChange)
        known = self._users_own(self._known(type_, call.params["name"]))
        changes = asked.model_dump(by_alias=True, exclude_unset=True)
        changed = known | changes | {"updatedAt": iso(milliseconds(call.at))}
        self.schema.define(type_, changed)
        return Response(200, _shown(changed))

    def create_all(self, call: Call) -> Response:
        """Create what can be; a name that exists is an error beside the others' results."""
        type_ = type_of(call)
        made: list[Doc] = []
        errors: list[Doc] = []
        for one in request_bodies.read(call, Batch[PropertyBody]).inputs:
            try:
                made.append(self._created(call, type_, one))
            except Refusal as no:
                if no.answer.status != 409 or not isinstance(no.answer.body, dict):
                    raise
                kept = ("status", "category", "message", "context")
                errors.append({name: no.answer.body[name] for name in kept})
        return Response(207 if errors else 201, batch(call, made, errors))

    def archive(self, call: Call) -> Response:
        self._archive(type_of(call), call.params["name"])
        return Response(204)

    def archive_all(self, call: Call) -> Response:
        for one in request_bodies.read(call, Batch[Named]).inputs:
            self._archive(type_of(call), one.name)
        return Response(204)

    def _known(self, type_: ObjectType, name: str) -> Doc:
        found = self.schema.find(type_, name)
        if found is None:
            raise no_such_name(f"No property named '{name}' for object type {type_.id}", name)
        return found

    def _users_own(self, known: Doc) -> Doc:
        if known["hubspotDefined"]:
            raise invalid(f"{known['name']} is defined by HubSpot and cannot be changed")
        return known

    def _created(self, call: Call, type_: ObjectType, asked: PropertyBody) -> Doc:
        if asked.field_type not in _FIELD_TYPES.get(asked.type, ()):
            raise invalid(f"A property of type {asked.type} has no field type {asked.field_type}")
        if f"{type_.name}:{asked.group_name}" not in self.schema.groups:
            raise invalid(f"Property group '{asked.group_name}' does not exist")
        if self.schema.find(type_, asked.name):
            text = f"A property named '{asked.name}' already exists."
            raise name_taken(text, asked.name, "PROPERTY")
        at = iso(milliseconds(call.at))
        named = (asked.name, asked.label, asked.type, asked.field_type)
        before = self.schema.archived(type_, asked.name) or definition(*named, createdAt=at)
        changes = {"archived": False, "updatedAt": at}
        made = before | asked.model_dump(by_alias=True) | changes
        self.schema.define(type_, made)
        return _shown(made)

    def _archive(self, type_: ObjectType, name: str) -> None:
        if known := self.schema.find(type_, name):
            self.schema.define(type_, self._users_own(known) | {"archived": True})


def _shown(found: Doc) -> Doc:
    return {name: value for name, value in found.items() if name != "objectType"}
