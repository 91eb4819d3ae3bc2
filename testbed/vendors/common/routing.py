"""Finds the endpoint of a path among a vendor's Starlette routes, by method and number of parts."""

import re
from collections.abc import Callable, Sequence

from starlette.routing import Route

from testbed.vendors.common.call import Call, Response

Endpoint = Callable[[Call], Response]


class Router:
    """Matches in the order of the routes; fills the call's template and parameters."""

    def __init__(self, routes: Sequence[Route], *, any_case: bool) -> None:
        self._flags = re.IGNORECASE if any_case else 0
        self._table: dict[int | None, list[tuple[re.Pattern[str], Route]]] = {}
        for route in routes:
            pattern = re.compile(route.path_regex.pattern, self._flags)
            # A `:path` parameter spans any number of parts.
            parts = None if ":path}" in route.path else route.path.count("/")
            self._table.setdefault(parts, []).append((pattern, route))

    def find(self, call: Call) -> tuple[Endpoint | None, bool]:
        """The endpoint, and whether the path is known (under another method, if none)."""
        known = False
        for parts in (call.path.count("/"), None):
            for pattern, route in self._table.get(parts, ()):
                match = pattern.match(call.path)
                if not match:
                    continue
                known = True
                if not route.methods or call.method in route.methods:
                    call.template, call.params = route.path, match.groupdict()
                    return route.endpoint, True
        return None, known
