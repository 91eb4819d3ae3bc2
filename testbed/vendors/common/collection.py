"""Documents by id, held in memory, with indexes to find them by what they contain."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any

Doc = dict[str, Any]
KeysOf = Callable[[Doc], Iterable[Hashable]]


class Collection:
    """Documents by id, in the order they were first put.

    The results of `get` and `values` are shared: change a copy (`{**doc, ...}`) and `put` it.
    """

    def __init__(self, name: str, touch: Callable[["Collection", str], None]) -> None:
        self.name = name
        self._touch = touch
        self._docs: dict[str, Doc] = {}
        self._indexes: dict[str, tuple[KeysOf, dict[Hashable, dict[str, None]]]] = {}

    def __len__(self) -> int:
        return len(self._docs)

    def __contains__(self, id_: object) -> bool:
        return id_ in self._docs

    def get(self, id_: str) -> Doc | None:
        return self._docs.get(id_)

    def put(self, id_: str, doc: Doc) -> None:
        self._touch(self, id_)
        self.set(id_, doc)

    def delete(self, id_: str) -> None:
        if id_ in self._docs:
            self._touch(self, id_)
            self.set(id_, None)

    def values(self) -> Iterator[Doc]:
        return iter(list(self._docs.values()))

    def ids(self) -> list[str]:
        return list(self._docs)

    def find(self, **equals: object) -> list[Doc]:
        """Every document whose top-level fields have these values (reads all of them)."""
        wanted = equals.items()
        return [d for d in self._docs.values() if all(d.get(k) == v for k, v in wanted)]

    def index(self, name: str, of: KeysOf) -> None:
        """Keep an index; `of` returns the keys under which a document is found."""
        self._indexes[name] = (of, {})
        for id_, doc in self._docs.items():
            self._add(name, id_, doc)

    def by(self, index: str, key: Hashable) -> list[Doc]:
        return [self._docs[id_] for id_ in self._indexes[index][1].get(key, ())]

    def set(self, id_: str, doc: Doc | None) -> None:
        """Change the memory alone; for the store, which remembers the document before."""
        before = self._docs.get(id_)
        for name in self._indexes:
            if before is not None:
                self._drop(name, id_, before)
            if doc is not None:
                self._add(name, id_, doc)
        if doc is None:
            self._docs.pop(id_, None)
        else:
            self._docs[id_] = doc

    def _add(self, index: str, id_: str, doc: Doc) -> None:
        of, ids = self._indexes[index]
        for key in of(doc):
            ids.setdefault(key, {})[id_] = None

    def _drop(self, index: str, id_: str, doc: Doc) -> None:
        of, ids = self._indexes[index]
        for key in of(doc):
            found = ids.get(key, {})
            found.pop(id_, None)
            if not found:
                ids.pop(key, None)
