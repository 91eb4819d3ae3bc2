"""What search sees: the records as they were a moment ago."""

from collections import deque
from collections.abc import Iterable

from testbed.vendors.common.clock import Clock
from testbed.vendors.common.state import Change, Doc, Store
from testbed.vendors.hubspot.kinds import KINDS


class SearchIndex:
    """Takes in every change after a lag; a restart catches up at once."""

    def __init__(self, store: Store, clock: Clock, lag: float) -> None:
        self._store = store
        self._clock = clock
        self._lag = lag
        self._seen: dict[str, dict[str, Doc]] = {}
        self._coming: deque[tuple[float, str, str, Doc | None]] = deque()

    def load(self) -> None:
        """See all there is."""
        for name in KINDS:
            records = self._store.collection(name).values()
            self._seen[name] = {r["id"]: r for r in records if not r["archived"]}

    def note(self, changes: Iterable[Change]) -> None:
        """Remember what changed, to see it when the lag is over."""
        due = self._clock.seconds() + self._lag
        for change in changes:
            if change.collection in self._seen:
                record = self._store.collection(change.collection).get(change.id)
                self._coming.append((due, change.collection, change.id, record))
        self._take_in()

    def records(self, kind: str) -> Iterable[Doc]:
        self._take_in()
        return self._seen[kind].values()

    def _take_in(self) -> None:
        now = self._clock.seconds()
        while self._coming and self._coming[0][0] <= now:
            _, kind, id_, record = self._coming.popleft()
            if record is None or record["archived"]:
                self._seen[kind].pop(id_, None)
            else:
                self._seen[kind][id_] = record
