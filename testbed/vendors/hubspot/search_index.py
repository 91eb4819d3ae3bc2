"""The records as search sees them: as they were a moment ago."""

from collections import deque
from collections.abc import Iterable

from testbed.vendors.common.clock import Clock
from testbed.vendors.common.state import Doc, RecordChange, Store
from testbed.vendors.hubspot.object_types import OBJECT_TYPES


class SearchIndex:
    """Takes in every change after a lag; a restart catches up at once."""

    def __init__(self, store: Store, clock: Clock, lag: float) -> None:
        self._store = store
        self._clock = clock
        self._lag = lag
        self._seen: dict[str, dict[str, Doc]] = {}
        self._pending: deque[tuple[float, str, str, Doc | None]] = deque()

    def load(self) -> None:
        """Take in all records."""
        for name in OBJECT_TYPES:
            records = self._store.collection(name).values()
            self._seen[name] = {r["id"]: r for r in records if not r["archived"]}

    def add(self, changes: Iterable[RecordChange]) -> None:
        """Take in changes when the lag is over."""
        due = self._clock.seconds() + self._lag
        for change in changes:
            if change.collection in self._seen:
                record = self._store.collection(change.collection).get(change.id)
                self._pending.append((due, change.collection, change.id, record))
        self._catch_up()

    def records(self, name: str) -> Iterable[Doc]:
        self._catch_up()
        return self._seen[name].values()

    def _catch_up(self) -> None:
        now = self._clock.seconds()
        while self._pending and self._pending[0][0] <= now:
            _, name, id_, record = self._pending.popleft()
            if record is None or record["archived"]:
                self._seen[name].pop(id_, None)
            else:
                self._seen[name][id_] = record
