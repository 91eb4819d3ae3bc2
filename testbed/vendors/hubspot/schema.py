"""Which properties each kind of record has: the vendor's and those that its users made."""

from collections.abc import Iterator

from testbed.vendors.common.state import Doc, Store
from testbed.vendors.hubspot.catalog import options, vendor_defined
from testbed.vendors.hubspot.kinds import KINDS, Kind

_STAGES = {"dealstage", "hs_pipeline_stage"}
_PIPELINES = {"pipeline", "hs_pipeline"}


class Schema:
    """Looks up property definitions; the choices of stages and owners come from the account."""

    def __init__(self, store: Store) -> None:
        self.made = store.collection("properties")
        self.groups = store.collection("property_groups")
        self._pipelines = store.collection("pipelines")
        self._owners = store.collection("owners")
        self._vendor = {name: vendor_defined(name) for name in KINDS}
        self._unique: dict[str, set[str]] = {}

    def refresh(self) -> None:
        """Take over the pipelines and owners of the account; they do not change afterwards."""
        owners = {o["id"]: o["email"] for o in self._owners.values()}
        for kind, definitions in self._vendor.items():
            pipelines = [p for p in self._pipelines.values() if p["kind"] == kind]
            stages = {s["id"]: s["label"] for p in pipelines for s in p["stages"]}
            for name, found in definitions.items():
                if name in _STAGES:
                    found["options"] = options(list(stages), stages)
                elif name in _PIPELINES:
                    labels = {p["id"]: p["label"] for p in pipelines}
                    found["options"] = options(list(labels), labels)
                elif name == "hubspot_owner_id":
                    found |= {"options": options(list(owners), owners), "externalOptions": True}

    def find(self, kind: Kind, name: str) -> Doc | None:
        """The definition in force under that name."""
        found = self._vendor[kind.name].get(name) or self.made.get(f"{kind.name}:{name}")
        return None if found is None or found["archived"] else found

    def all(self, kind: Kind) -> Iterator[Doc]:
        yield from self._vendor[kind.name].values()
        for found in self.made.values():
            if found["kind"] == kind.name:
                yield found

    def define(self, kind: Kind, definition: Doc) -> None:
        """Keep a definition that a user made or changed."""
        self.made.put(f"{kind.name}:{definition['name']}", {**definition, "kind": kind.name})
        self._unique.pop(kind.name, None)

    def unique(self, kind: Kind) -> set[str]:
        """The names of the properties whose values no two records may share."""
        if kind.name not in self._unique:
            live = (d for d in self.all(kind) if d["hasUniqueValue"] and not d["archived"])
            self._unique[kind.name] = {d["name"] for d in live}
        return self._unique[kind.name]

    def is_unique(self, kind: Kind, name: str) -> bool:
        return name in self.unique(kind)
