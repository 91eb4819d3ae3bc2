"""Search: filters, sorts and pages over what the index has seen so far."""

from collections.abc import Sequence
from typing import Any

from starlette.routing import Route

from testbed.vendors.common.call import Call, Response
from testbed.vendors.common.state import Doc
from testbed.vendors.hubspot import request_bodies
from testbed.vendors.hubspot.errors import invalid
from testbed.vendors.hubspot.handlers.handler import Account, Handler, routes, type_of
from testbed.vendors.hubspot.object_types import ObjectType
from testbed.vendors.hubspot.rendering import rendered
from testbed.vendors.hubspot.request_bodies import Search, Sort
from testbed.vendors.hubspot.search_filters import Condition, comparable, condition
from testbed.vendors.hubspot.search_index import SearchIndex


class SearchHandler(Handler):
    """Finds records late, and within the limits of HubSpot's search."""

    def __init__(self, account: Account, index: SearchIndex) -> None:
        super().__init__(account)
        self._index = index

    def routes(self) -> list[Route]:
        return routes(
            "/crm/v3/objects/{type}/search",
            "/crm/objects/{v}/{type}/search",
            ("POST", "", self.search),
        )

    def search(self, call: Call) -> Response:
        type_, asked = type_of(call), request_bodies.read(call, Search)
        found = self._found(type_, asked)
        wanted = asked.properties or list(type_.shown)
        known = self.schema.known(type_, wanted)
        end = asked.after + asked.limit
        answer: Doc = {
            "total": len(found),
            "results": [rendered(type_, r, wanted, known) for r in found[asked.after : end]],
        }
        if end < len(found):
            link = f"{call.base_url}{call.path}?after={end}"
            answer["paging"] = {"next": {"after": str(end), "link": link}}
        return Response(200, answer)

    def _found(self, type_: ObjectType, asked: Search) -> list[Doc]:
        """The records that fit all filters of any group, in the order asked for."""
        groups: list[list[Condition]] = [
            [condition(self._definition(type_, one.property_name), one) for one in group.filters]
            for group in asked.filter_groups
        ]
        found = [
            record
            for record in self._index.records(type_.name)
            if not groups or any(all(fits(record) for fits in group) for group in groups)
        ]
        return self._sorted(type_, found, asked.sorts)

    def _sorted(self, type_: ObjectType, found: list[Doc], sorts: Sequence[Sort]) -> list[Doc]:
        by = sorts[0] if sorts else Sort(property_name="createdate")
        read = comparable(self._definition(type_, by.property_name))

        def key(record: Doc) -> tuple[bool, Any, int]:
            value = record["properties"].get(by.property_name)
            return value is not None, 0 if value is None else read(value), int(record["id"])

        return sorted(found, key=key, reverse=by.direction == "DESCENDING")

    def _definition(self, type_: ObjectType, name: str) -> Doc:
        definition = self.schema.find(type_, name)
        if definition is None:
            raise invalid(f"There was a problem with the request: no property {name}")
        return definition
