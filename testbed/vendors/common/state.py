"""Documents in memory, written through to one SQLite file, so that they survive a kill."""

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from testbed.vendors.common.collection import Collection, Doc

__all__ = ["Collection", "Doc", "RecordChange", "Store"]

_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS docs (
  collection TEXT NOT NULL, id TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (collection, id)
) WITHOUT ROWID;
"""
_PUT = "INSERT OR REPLACE INTO docs VALUES (?, ?, ?)"
_DELETE = "DELETE FROM docs WHERE collection = ? AND id = ?"


@dataclass(frozen=True, slots=True)
class RecordChange:
    """One document that a request created, updated or deleted."""

    collection: str
    id: str
    what: str


class Store:
    """The collections of one vendor: each request is one transaction, committed or rolled back."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # The loop's one thread owns the connection; only closing may come from another.
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.executescript(_SCHEMA)
        self._collections: dict[str, Collection] = {}
        self.before: dict[tuple[str, str], Doc | None] = {}
        """The documents that changed since the last commit, as they were, by collection and id."""
        for name, id_, doc in self._db.execute("SELECT collection, id, doc FROM docs"):
            self.collection(name).set(id_, json.loads(doc))

    def collection(self, name: str) -> Collection:
        """The collection of that name; one that begins with `_` is left out of the log."""
        if name not in self._collections:
            self._collections[name] = Collection(name, self.touch)
        return self._collections[name]

    def next_id(self, name: str, start: int = 1) -> int:
        """A number never given before under this name, restarts included."""
        counters = self.collection("_counters")
        last = counters.get(name)
        number = last["last"] + 1 if last else start
        counters.put(name, {"last": number})
        return int(number)

    def touch(self, collection: Collection, id_: str) -> None:
        """Remember how a document was before this request."""
        self.before.setdefault((collection.name, id_), collection.get(id_))

    @property
    def changed(self) -> bool:
        """Whether there is anything to commit."""
        return bool(self.before)

    def changes(self) -> list[RecordChange]:
        """What this request has changed so far."""
        made = []
        for (name, id_), before in self.before.items():
            after = self.collection(name).get(id_)
            if not name.startswith("_") and after is not before:
                what = "created" if before is None else "updated" if after else "deleted"
                made.append(RecordChange(name, id_, what))
        return made

    def commit(self) -> None:
        """Make everything that changed since the last commit durable, at once."""
        if not self.before:
            return
        puts, deletes = [], []
        for name, id_ in self.before:
            doc = self.collection(name).get(id_)
            if doc is None:
                deletes.append((name, id_))
            else:
                puts.append((name, id_, json.dumps(doc, ensure_ascii=False)))
        self._db.execute("BEGIN")
        self._db.executemany(_PUT, puts)
        self._db.executemany(_DELETE, deletes)
        self._db.execute("COMMIT")
        self.before.clear()

    def rollback(self) -> None:
        """Put everything back as it was at the last commit."""
        for (name, id_), before in self.before.items():
            self.collection(name).set(id_, before)
        self.before.clear()

    def close(self) -> None:
        self._db.close()
