"""Documents by id, held in memory, with indexes to find them by what they say."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any

Doc = dict[str, Any]
Touch = Callable[["Collection", str], None]


class Index:
    """Finds the documents of a collection by what a function says of them."""

    def __init__(self, of: Callable[[Doc], Iterable[Hashable]]) -> None:
        self._of = of
        self._ids: dict[Hashable, dict[str, None]] = {}

    def add(self, id_: str, doc: Doc) -> None:
        for key in self._of(doc):
            self._ids.setdefault(key, {})[id_] = None

    def drop(self, id_: str, doc: Doc) -> None:
        for key in self._of(doc):
            ids = self._ids.get(key, {})
            ids.pop(id_, None)
            if not ids:
                self._ids.pop(key, None)

    def ids(self, key: Hashable) -> list[str]:
        return list(self._ids.get(key, ()))


class Collection:
    """Documents by id, in the order they were first put.

    What `get` and `values` hand out is shared: change a copy (`{**doc, ...}`) and `put` it.
    """

    def __init__(self, name: str, touch: Touch) -> None:
        self.name = name
        self._touch = touch
        self._docs: dict[str, Doc] = {}
        self._indexes: dict[str, Index] = {}

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

    def index(self, name: str, of: Callable[[Doc], Iterable[Hashable]]) -> None:
        """Keep an index; `of` names the keys under which a document is found."""
        index = self._indexes[name] = Index(of)
        for id_, doc in self._docs.items():
            index.add(id_, doc)

    def by(self, index: str, key: Hashable) -> list[Doc]:
        return [self._docs[id_] for id_ in self._indexes[index].ids(key)]

    def set(self, id_: str, doc: Doc | None) -> None:
        """Change the memory alone; for the store, which keeps the books."""
        before = self._docs.get(id_)
        for index in self._indexes.values():
            if before is not None:
                index.drop(id_, before)
            if doc is not None:
                index.add(id_, doc)
        if doc is None:
            self._docs.pop(id_, None)
        else:
            self._docs[id_] = doc
