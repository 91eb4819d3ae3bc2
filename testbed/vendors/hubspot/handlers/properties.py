"""Property definitions: HubSpot's own to read, users' to make and change."""

import re

from starlette.routing import Route

from testbed.vendors.common.call import Answer, Call, Refusal
from testbed.vendors.common.state import Doc
from testbed.vendors.hubspot import shapes
from testbed.vendors.hubspot.catalog import definition
from testbed.vendors.hubspot.desks.desk import Desk, batch, body, flag, inputs, kind, paths
from testbed.vendors.hubspot.kinds import Kind
from testbed.vendors.hubspot.refusals import envelope, invalid, refusal
from testbed.vendors.hubspot.times import iso, to_ms

NAME = re.compile(r"[a-z][a-z0-9_]*")
_FIELD_TYPES = {
    "string": {"text", "textarea", "html", "file", "phonenumber"},
    "number": {"number"},
    "date": {"date"},
    "datetime": {"date"},
    "bool": {"booleancheckbox"},
    "enumeration": {"select", "radio", "checkbox", "booleancheckbox"},
}
_MOST_UNIQUE = 10
_NAMED = {"name!": shapes.text}
_CHANGEABLE = (
    "label", "description", "groupName", "type", "fieldType", "options", "displayOrder",
    "hidden", "formField",
)  # fmt: skip


class PropertyDesk(Desk):
    """Definitions that users make; those of HubSpot can be read only."""

    def routes(self) -> list[Route]:
        found = []
        for base in paths("/crm/v3/properties/{type}", "/crm/properties/{v}/{type}"):
            found += [
                Route(base, self.browse, methods=["GET"]),
                Route(base, self.create, methods=["POST"]),
                Route(f"{base}/batch/create", self.create_all, methods=["POST"]),
                Route(f"{base}/batch/read", self.read_all, methods=["POST"]),
                Route(f"{base}/batch/archive", self.archive_all, methods=["POST"]),
                Route(f"{base}/{{name}}", self.read, methods=["GET"]),
                Route(f"{base}/{{name}}", self.change, methods=["PATCH"]),
                Route(f"{base}/{{name}}", self.archive, methods=["DELETE"]),
            ]
        return found

    def browse(self, call: Call) -> Answer:
        archived = flag(call, "archived")
        found = [_told(d) for d in self.schema.all(kind(call)) if d["archived"] is archived]
        return Answer(200, {"results": found})

    def read(self, call: Call) -> Answer:
        return Answer(200, _told(self._known(kind(call), call.params["name"])))

    def create(self, call: Call) -> Answer:
        return Answer(201, self._create(call, kind(call), body(call, shapes.PROPERTY)))

    def change(self, call: Call) -> Answer:
        a, asked = kind(call), body(call, shapes.PROPERTY)
        known = self._known(a, call.params["name"])
        if known["hubspotDefined"]:
            raise invalid(f"{known['name']} is defined by HubSpot and cannot be changed")
        changed = known | {name: asked[name] for name in _CHANGEABLE if name in asked}
        changed["options"] = _ordered(changed["options"])
        changed["updatedAt"] = iso(to_ms(call.at))
        self.schema.define(a, changed)
        return Answer(200, _told(changed))

    def archive(self, call: Call) -> Answer:
        self._archive(kind(call), call.params["name"])
        return Answer(204)

    def create_all(self, call: Call) -> Answer:
        a = kind(call)
        made: list[Doc] = []
        errors: list[Doc] = []
        for one in inputs(call, shapes.PROPERTY):
            try:
                made.append(self._create(call, a, one))
            except Refusal as no:
                if no.answer.status != 409 or not isinstance(no.answer.body, dict):
                    raise
                kept = ("status", "category", "message", "context")
                errors.append({name: no.answer.body[name] for name in kept})
        return Answer(207 if errors else 201, batch(call, made, errors))

    def read_all(self, call: Call) -> Answer:
        a = kind(call)
        names = [str(one.get("name")) for one in inputs(call, _NAMED)]
        found = [d for name in names if (d := self.schema.find(a, name))]
        missing = [name for name in names if self.schema.find(a, name) is None]
        errors = []
        if missing:
            error = envelope(f"No properties {', '.join(missing)}", "OBJECT_NOT_FOUND")
            errors = [error | {"context": {"name": missing}}]
        return Answer(207 if errors else 200, batch(call, map(_told, found), errors))

    def archive_all(self, call: Call) -> Answer:
        for one in inputs(call, _NAMED):
            self._archive(kind(call), str(one.get("name")))
        return Answer(204)

    def _known(self, a: Kind, name: str) -> Doc:
        found = self.schema.find(a, name)
        if found is None:
            text = f"No property named '{name}' for object type {a.type_id}"
            raise refusal(404, text, "OBJECT_NOT_FOUND", context={"name": [name]})
        return found

    def _create(self, call: Call, a: Kind, asked: Doc) -> Doc:
        self._refuse_odd(a, asked)
        name = str(asked["name"])
        if self.schema.find(a, name):
            raise taken(f"A property named '{name}' already exists.", name, "Properties.PROPERTY")
        at = iso(to_ms(call.at))
        restored = self.schema.made.get(f"{a.name}:{name}")
        kept = ("label", "type", "fieldType")
        made = restored or definition(name, *(asked[n] for n in kept), createdAt=at)
        made = made | {n: asked[n] for n in (*_CHANGEABLE, "hasUniqueValue") if n in asked}
        made |= {"options": _ordered(made["options"]), "archived": False, "updatedAt": at}
        made |= {"createdUserId": "9100123", "updatedUserId": "9100123"}
        self.schema.define(a, made)
        self.records.reindex(a)
        return _told(made)

    def _refuse_odd(self, a: Kind, asked: Doc) -> None:
        name, type_ = str(asked.get("name", "")), str(asked.get("type", ""))
        if not NAME.fullmatch(name):
            raise invalid(f"'{name}' is no name: lower case letters, digits and underscores only")
        if asked.get("fieldType") not in _FIELD_TYPES.get(type_, ()):
            raise invalid(f"A property of type {type_} has no field type {asked.get('fieldType')}")
        if not asked.get("label"):
            raise invalid("A property needs a label")
        if f"{a.name}:{asked.get('groupName')}" not in self.schema.groups:
            raise invalid(f"Property group '{asked.get('groupName')}' does not exist")
        own = [d for d in self.schema.all(a) if d["hasUniqueValue"] and not d["hubspotDefined"]]
        if asked.get("hasUniqueValue") and len(own) >= _MOST_UNIQUE:
            raise invalid(f"At most {_MOST_UNIQUE} unique properties are allowed")

    def _archive(self, a: Kind, name: str) -> None:
        known = self.schema.find(a, name)
        if known is None:
            return
        if known["hubspotDefined"]:
            raise invalid(f"{name} is defined by HubSpot and cannot be archived")
        self.schema.define(a, known | {"archived": True})
        self.records.reindex(a)


def taken(text: str, name: str, what: str) -> Refusal:
    return refusal(
        409,
        text,
        "OBJECT_ALREADY_EXISTS",
        subCategory=f"{what}_WITH_NAME_EXISTS",
        context={"name": [name]},
    )


def _told(found: Doc) -> Doc:
    return {name: value for name, value in found.items() if name != "kind"}


def _ordered(options: list[Doc] | None) -> list[Doc]:
    return [{"displayOrder": n, "hidden": False} | one for n, one in enumerate(options or [])]
