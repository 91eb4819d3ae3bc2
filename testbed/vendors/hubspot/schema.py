"""Which properties each object type has: HubSpot's and those that users created."""

from collections.abc import Iterator

from testbed.vendors.common.state import Doc, Store
from testbed.vendors.hubspot.object_types import OBJECT_TYPES, ObjectType
from testbed.vendors.hubspot.property_definitions import options, vendor_defined


class Schema:
    """Looks up property definitions; stages, pipelines and owners come from the account."""

    def __init__(self, store: Store) -> None:
        self.groups = store.collection("property_groups")
        self._created = store.collection("properties")
        self._pipelines = store.collection("pipelines")
        self._owners = store.collection("owners")
        self._vendor = {name: vendor_defined(name) for name in OBJECT_TYPES}

    def refresh(self) -> None:
        """Read the pipelines and owners of the account, which do not change afterwards."""
        pipelines = list(self._pipelines.values())
        choices = {
            "dealstage": {s["id"]: s["label"] for p in pipelines for s in p["stages"]},
            "pipeline": {p["id"]: p["label"] for p in pipelines},
            "hubspot_owner_id": {o["id"]: o["email"] for o in self._owners.values()},
        }
        for definitions in self._vendor.values():
            for name in choices.keys() & definitions.keys():
                definitions[name]["options"] = options(choices[name])

    def find(self, type_: ObjectType, name: str) -> Doc | None:
        """The definition of that name that is in force."""
        key = f"{type_.name}:{name}"
        found = self._vendor[type_.name].get(name) or self._created.get(key)
        return None if found is None or found["archived"] else found

    def known(self, type_: ObjectType, names: list[str]) -> set[str]:
        return {name for name in names if self.find(type_, name)}

    def archived(self, type_: ObjectType, name: str) -> Doc | None:
        """The definition that was archived under a name; creating it again restores it."""
        return self._created.get(f"{type_.name}:{name}")

    def all(self, type_: ObjectType) -> Iterator[Doc]:
        """Every definition in force."""
        yield from self._vendor[type_.name].values()
        for found in self._created.find(objectType=type_.name, archived=False):
            yield {name: value for name, value in found.items() if name != "objectType"}

    def define(self, type_: ObjectType, definition: Doc) -> None:
        """Store a definition that a user created or changed."""
        key = f"{type_.name}:{definition['name']}"
        self._created.put(key, {**definition, "objectType": type_.name})
