"""What the search index does not know yet: it shows each issue as it was a while ago."""

from testbed.vendors.common.state import Doc


class Lag:
    """Remembers how issues were before their latest changes, for as long as the index is behind."""

    def __init__(self, millis: float) -> None:
        self._millis = millis
        self._shadows: dict[str, list[tuple[float, Doc | None]]] = {}

    def note(self, id_: str, before: Doc | None, now: int) -> None:
        """The issue is about to change; the index shows `before` until it catches up."""
        if self._millis:
            self._shadows.setdefault(id_, []).append((now + self._millis, before))

    def shown(self, current: dict[str, Doc], fresh: frozenset[str], now: int) -> list[Doc]:
        """The issues as the index has them; those in `fresh` are read from the record itself."""
        for id_ in [id_ for id_ in self._shadows if id_ not in fresh]:
            behind = [shadow for shadow in self._shadows[id_] if shadow[0] > now]
            self._shadows[id_] = behind
            if not behind:
                del self._shadows[id_]
                continue
            before = behind[0][1]
            if before is None:
                current.pop(id_, None)
            else:
                current[id_] = before
        return list(current.values())
