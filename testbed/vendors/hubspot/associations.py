"""Associations between records, always stored in both directions."""

from collections.abc import Iterable

from testbed.vendors.common.state import Doc, Store
from testbed.vendors.hubspot.association_types import DEFINED, AssociationType
from testbed.vendors.hubspot.errors import invalid
from testbed.vendors.hubspot.object_types import ObjectType

Spec = tuple[str, int]
End = tuple[ObjectType, str]


class Associations:
    """Which records are associated and as what; labels are types that users create."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pairs = store.collection("associations")
        self._labels = store.collection("association_labels")
        self._pairs.index("type", lambda pair: [(*pair["from"], pair["to"][0])])
        self._pairs.index("from", lambda pair: [tuple(pair["from"])])

    def types(self, a: ObjectType, b: ObjectType) -> dict[Spec, AssociationType]:
        """Every type from one object type to another, HubSpot's first."""
        own = {(t.category, t.id): t for t in DEFINED.get((a.singular, b.singular), ())}
        for label in self._labels.find(**{"from": a.name, "to": b.name}):
            type_ = AssociationType(
                label["typeId"], "USER_DEFINED", label["label"], label["inverse"], label["name"]
            )
            own[type_.category, type_.id] = type_
        return own

    def default(self, a: ObjectType, b: ObjectType) -> AssociationType:
        """The type without a label."""
        for type_ in DEFINED.get((a.singular, b.singular), ()):
            if not type_.primary:
                return type_
        raise invalid(f"{a.id} cannot be associated with {b.id}")

    def primary(self, a: ObjectType, b: ObjectType) -> AssociationType:
        return next(t for t in DEFINED[a.singular, b.singular] if t.primary)

    def check(self, a: ObjectType, b: ObjectType, specs: Iterable[Spec]) -> list[AssociationType]:
        """The types that a body names; 400 if one belongs to another pair or direction."""
        types = self.types(a, b)
        wrong = [spec for spec in specs if spec not in types]
        if wrong or not specs:
            raise invalid("One or more associations are invalid")
        return [types[spec] for spec in specs]

    def add(self, start: End, end: End, types: Iterable[AssociationType]) -> None:
        """Associate two records; a primary type or a label brings the default type along."""
        asked = list(types)
        if any(t.primary for t in asked):
            self._demote_primary(start, end)
        for type_ in [*asked, self.default(start[0], end[0])]:
            self._put(start, end, (type_.category, type_.id))
            self._put(end, start, (type_.category, type_.inverse))

    def remove(self, start: End, end: End) -> None:
        self._pairs.delete(_name(start, end))
        self._pairs.delete(_name(end, start))

    def of(self, start: End, b: ObjectType) -> list[Doc]:
        """The pairs from a record to those of an object type, oldest first."""
        return self._pairs.by("type", (start[0].name, start[1], b.name))

    def remove_all(self, start: End) -> None:
        """End all associations of a record, as its archiving does."""
        for pair in self._pairs.by("from", (start[0].name, start[1])):
            self._pairs.delete(_key(pair["from"], pair["to"]))
            self._pairs.delete(_key(pair["to"], pair["from"]))

    def move(self, type_: ObjectType, olds: Iterable[str], new: str) -> None:
        """Give the associations of merged records to the record that they became."""
        for old in olds:
            for pair in self._pairs.by("from", (type_.name, old)):
                back = self._pairs.get(_key(pair["to"], pair["from"]))
                self._merge([type_.name, new], pair["to"], pair["types"])
                self._merge(pair["to"], [type_.name, new], back["types"] if back else [])
            self.remove_all((type_, old))

    def define_label(self, a: ObjectType, b: ObjectType, name: str, label: str) -> Doc:
        """Create a label: a type for each direction. Returns the one from `a` to `b`."""
        there, back = (self._store.next_id("association_types", start=107) for _ in range(2))
        for start, end, id_, other in ((a, b, there, back), (b, a, back, there)):
            doc = {"typeId": id_, "inverse": other, "from": start.name, "to": end.name}
            self._labels.put(str(id_), doc | {"name": name, "label": label})
        return self._labels.get(str(there)) or {}

    def delete_label(self, id_: str) -> None:
        found = self._labels.get(id_)
        for one in (int(id_), found["inverse"]) if found else ():
            self._labels.delete(str(one))
            for pair in self._pairs.values():
                if ["USER_DEFINED", one] in pair["types"]:
                    kept = [t for t in pair["types"] if t != ["USER_DEFINED", one]]
                    self._pairs.put(_key(pair["from"], pair["to"]), {**pair, "types": kept})

    def _put(self, start: End, end: End, spec: Spec) -> None:
        self._merge([start[0].name, start[1]], [end[0].name, end[1]], [list(spec)])

    def _merge(self, start: list[str], end: list[str], types: list[list[object]]) -> None:
        known = self._pairs.get(_key(start, end))
        before = known["types"] if known else []
        both = [*before, *(t for t in types if t not in before)]
        if both != before:
            self._pairs.put(_key(start, end), {"from": start, "to": end, "types": both})

    def _demote_primary(self, start: End, end: End) -> None:
        """A record has one primary company: the former one keeps the default type alone."""
        owner, company = (start, end) if end[0].name == "companies" else (end, start)
        primary = self.primary(owner[0], company[0])
        for pair in self.of(owner, company[0]):
            if pair["to"][1] != company[1]:
                self._drop_type(pair["from"], pair["to"], primary.id)
                self._drop_type(pair["to"], pair["from"], primary.inverse)

    def _drop_type(self, start: list[str], end: list[str], id_: int) -> None:
        if pair := self._pairs.get(_key(start, end)):
            kept = [t for t in pair["types"] if t != ["HUBSPOT_DEFINED", id_]]
            self._pairs.put(_key(start, end), {**pair, "types": kept})


def _name(start: End, end: End) -> str:
    return _key([start[0].name, start[1]], [end[0].name, end[1]])


def _key(start: list[str], end: list[str]) -> str:
    return f"{start[0]}:{start[1]}>{end[0]}:{end[1]}"
