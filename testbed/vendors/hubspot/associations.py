"""Associations between records, always kept in both directions."""

from collections.abc import Iterable

from testbed.vendors.common.state import Doc, Store
from testbed.vendors.hubspot.kinds import Kind
from testbed.vendors.hubspot.linktypes import DEFINED, LinkType
from testbed.vendors.hubspot.refusals import invalid

Spec = tuple[str, int]
End = tuple[Kind, str]


class Links:
    """Which records belong together and as what; labels are types that users made."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pairs = store.collection("associations")
        self._labels = store.collection("association_labels")
        self._pairs.index("kind", lambda pair: [(*pair["from"], pair["to"][0])])
        self._pairs.index("from", lambda pair: [tuple(pair["from"])])

    def types(self, a: Kind, b: Kind) -> dict[Spec, LinkType]:
        """Every type from one kind to another, the vendor's first."""
        own = {(t.category, t.id): t for t in DEFINED.get((a.name, b.name), ())}
        for label in self._labels.find(**{"from": a.name, "to": b.name}):
            type_ = LinkType(
                label["typeId"], "USER_DEFINED", label["label"], label["inverse"], label["name"]
            )
            own[type_.category, type_.id] = type_
        return own

    def plain(self, a: Kind, b: Kind) -> LinkType | None:
        """The type of a pair that says nothing but that they belong together."""
        return next((t for t in DEFINED.get((a.name, b.name), ()) if not t.primary), None)

    def checked(self, a: Kind, b: Kind, given: list[Doc] | None) -> list[LinkType]:
        """The types that a body names; 400 when one belongs to another pair or direction."""
        types = self.types(a, b)
        found = []
        for one in given or []:
            spec = str(one.get("associationCategory")), int(one.get("associationTypeId") or 0)
            if spec not in types:
                raise invalid(f"{spec[1]} is not a type of {a.type_id} to {b.type_id}")
            found.append(types[spec])
        if not found:
            raise invalid("One or more associations are invalid")
        return found

    def add(self, start: End, end: End, types: Iterable[LinkType]) -> None:
        """Let two records belong together as these types say, besides what they are already."""
        asked = list(types)
        plain = self.plain(start[0], end[0])
        if any(t.primary for t in asked):
            self._dethrone(start, end)
        # A primary or a label comes with the plain type.
        for type_ in [*asked, *([plain] if plain else [])]:
            self._put(start, end, (type_.category, type_.id))
            self._put(end, start, (type_.category, type_.inverse))

    def drop(self, start: End, end: End) -> None:
        """Part two records altogether."""
        self._pairs.delete(_name(start, end))
        self._pairs.delete(_name(end, start))

    def take_off(self, start: End, end: End, types: Iterable[LinkType]) -> None:
        """Take types off a pair and leave the others."""
        for type_ in types:
            self._take(start, end, [type_.category, type_.id])
            self._take(end, start, [type_.category, type_.inverse])

    def of(self, start: End, b: Kind) -> list[Doc]:
        """The pairs from a record to those of a kind, oldest first."""
        return self._pairs.by("kind", (start[0].name, start[1], b.name))

    def isolate(self, start: End) -> None:
        """Part a record from all others, as its archiving does."""
        for pair in self._pairs.by("from", (start[0].name, start[1])):
            self._pairs.delete(_key(pair["from"], pair["to"]))
            self._pairs.delete(_key(pair["to"], pair["from"]))

    def inherit(self, kind: Kind, heir: str, olds: Iterable[str]) -> None:
        """Give the associations of merged records to the record they became."""
        for old in olds:
            for pair in self._pairs.by("from", (kind.name, old)):
                self._rewrite(pair, [kind.name, heir])
            self.isolate((kind, old))

    def define(self, a: Kind, b: Kind, body: Doc) -> list[Doc]:
        """Make a label: a type for each direction."""
        label = str(body["label"])
        ends = ((a.name, b.name, label), (b.name, a.name, body.get("inverseLabel") or label))
        numbers = [self._store.next_id("association_types", start=107) for _ in ends]
        made = []
        for (start, end, text), id_, other in zip(ends, numbers, reversed(numbers), strict=True):
            doc = {"typeId": id_, "inverse": other, "from": start, "to": end, "label": text}
            self._labels.put(str(id_), doc | {"name": str(body["name"])})
            made.append(doc)
        return made

    def label(self, id_: int) -> Doc | None:
        return self._labels.get(str(id_))

    def rename(self, id_: int, label: str, inverse: str | None) -> None:
        found = self._labels.get(str(id_))
        if found:
            self._labels.put(str(id_), {**found, "label": label})
            other = self._labels.get(str(found["inverse"]))
            if other and inverse:
                self._labels.put(str(found["inverse"]), {**other, "label": inverse})

    def undefine(self, id_: int) -> None:
        found = self._labels.get(str(id_))
        for one in (id_, found["inverse"]) if found else ():
            self._labels.delete(str(one))
            for pair in self._pairs.values():
                if ["USER_DEFINED", one] in pair["types"]:
                    kept = [t for t in pair["types"] if t != ["USER_DEFINED", one]]
                    self._pairs.put(_key(pair["from"], pair["to"]), {**pair, "types": kept})

    def _put(self, start: End, end: End, spec: Spec) -> None:
        name = _name(start, end)
        pair = self._pairs.get(name) or {
            "from": [start[0].name, start[1]],
            "to": [end[0].name, end[1]],
            "types": [],
        }
        if list(spec) not in pair["types"]:
            self._pairs.put(name, {**pair, "types": [*pair["types"], list(spec)]})

    def _take(self, start: End, end: End, spec: list[object]) -> None:
        pair = self._pairs.get(_name(start, end))
        if pair:
            kept = [t for t in pair["types"] if t != spec]
            self._pairs.put(_name(start, end), {**pair, "types": kept})

    def _dethrone(self, start: End, end: End) -> None:
        """A record has one primary company: the former keeps the plain type alone."""
        primary = [t for t in self.types(start[0], end[0]).values() if t.primary]
        owner, other = (start, end) if end[0].name == "companies" else (end, start)
        if owner != start:
            primary = [t for t in self.types(owner[0], other[0]).values() if t.primary]
        for pair in self.of(owner, other[0]):
            if pair["to"][1] != other[1]:
                self.take_off(owner, (other[0], pair["to"][1]), primary)

    def _rewrite(self, pair: Doc, heir: list[str]) -> None:
        for start, end, back in ((heir, pair["to"], False), (pair["to"], heir, True)):
            old = pair if not back else self._pairs.get(_key(pair["to"], pair["from"]))
            types = old["types"] if old else []
            known = self._pairs.get(_key(start, end))
            both = (known["types"] if known else []) + types
            unique = [t for n, t in enumerate(both) if t not in both[:n]]
            self._pairs.put(_key(start, end), {"from": start, "to": end, "types": unique})


def _name(start: End, end: End) -> str:
    return f"{start[0].name}:{start[1]}>{end[0].name}:{end[1]}"


def _key(start: list[str], end: list[str]) -> str:
    return f"{start[0]}:{start[1]}>{end[0]}:{end[1]}"
