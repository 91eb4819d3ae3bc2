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
        self._table: dict[int, list[tuple[re.Pattern[str], Route]]] = {}
        for route in routes:
            pattern = re.compile(route.path_regex.pattern, self._flags)
            self._table.setdefault(route.path.count("/"), []).append((pattern, route))

    def find(self, call: Call) -> tuple[Endpoint | None, bool]:
        """The endpoint, and whether the path is known (under another method, if none)."""
        known = False
        for pattern, route in self._table.get(call.path.count("/"), ()):
            match = pattern.match(call.path)
            if not match:
                continue
            known = True
            if not route.methods or call.method in route.methods:
                call.template, call.params = route.path, match.groupdict()
                return route.endpoint, True
        return None, known
