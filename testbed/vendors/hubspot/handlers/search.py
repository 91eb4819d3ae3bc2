"""Search: filters, sorts and pages over what the index has seen so far."""

from collections.abc import Callable
from typing import Any

from starlette.routing import Route

from testbed.vendors.common.call import Answer, Call
from testbed.vendors.common.state import Doc
from testbed.vendors.hubspot import shapes
from testbed.vendors.hubspot.desks.desk import Books, Desk, body, kind, paths
from testbed.vendors.hubspot.filters import Condition, comparable, condition
from testbed.vendors.hubspot.kinds import Kind, kind_of
from testbed.vendors.hubspot.lagging import SearchIndex
from testbed.vendors.hubspot.refusals import invalid
from testbed.vendors.hubspot.showing import shown

_MOST_GROUPS, _MOST_FILTERS, _MOST_IN_ALL = 5, 6, 18
_MOST_A_PAGE, _MOST_RESULTS = 200, 10_000


class SearchDesk(Desk):
    """Finds records as HubSpot's search does, late and within its limits."""

    def __init__(self, books: Books, index: SearchIndex) -> None:
        super().__init__(books)
        self._index = index

    def routes(self) -> list[Route]:
        bases = paths("/crm/v3/objects/{type}/search", "/crm/objects/{v}/{type}/search")
        return [Route(base, self.search, methods=["POST"]) for base in bases]

    def search(self, call: Call) -> Answer:
        a, asked = kind(call), body(call, shapes.SEARCH)
        limit, after = _page(asked)
        fits, sort = self._condition(a, asked), self._sort(a, asked)
        found = [r for r in self._index.records(a.name) if fits(r)]
        sort(found)
        wanted = asked.get("properties") or list(a.shown)
        known = {name for name in wanted if self.schema.find(a, name)}
        page = found[after : after + limit]
        answer: Doc = {
            "total": len(found),
            "results": [shown(a, record, wanted, known=known) for record in page],
        }
        if after + limit < len(found):
            following = str(after + limit)
            link = f"{call.base_url}{call.path}?after={following}"
            answer["paging"] = {"next": {"after": following, "link": link}}
        return Answer(200, answer)

    def _condition(self, a: Kind, asked: Doc) -> Condition:
        groups = [group.get("filters") or [] for group in asked.get("filterGroups") or []]
        _refuse_too_many(groups)
        ored = [[self._filter(a, one) for one in group] for group in groups]
        words = str(asked.get("query") or "").lower().split()

        def fits(record: Doc) -> bool:
            if ored and not any(all(one(record) for one in group) for group in ored):
                return False
            return not words or _mentions(a, record, words)

        return fits

    def _filter(self, a: Kind, one: Doc) -> Condition:
        name = str(one.get("propertyName"))
        if name.startswith("associations."):
            return self._belongs(a, name, one)
        definition = self.schema.find(a, name)
        if definition is None:
            raise invalid(f"There was a problem with the request: no property {name}")
        return condition(definition, one)

    def _belongs(self, a: Kind, name: str, one: Doc) -> Condition:
        b = kind_of(name.removeprefix("associations."))
        if b is None or one.get("operator") not in {"EQ", "IN"}:
            raise invalid(f"There was a problem with the request: {name} takes EQ and IN only")
        ids = {str(id_) for id_ in one.get("values") or [one.get("value")]}
        return lambda record: any(
            pair["to"][1] in ids for pair in self.links.of((a, record["id"]), b)
        )

    def _sort(self, a: Kind, asked: Doc) -> Callable[[list[Doc]], None]:
        given = asked.get("sorts") or []
        if len(given) > 1:
            raise invalid("There was a problem with the request: only one sort is allowed")
        name, falling = _sorted_by(given[0]) if given else ("createdate", False)
        definition = self.schema.find(a, name)
        if definition is None:
            raise invalid(f"There was a problem with the request: no property {name}")
        read = comparable(definition)

        def key(record: Doc) -> tuple[bool, Any, int]:
            value = record["properties"].get(name)
            return value is not None, 0 if value is None else read(value), int(record["id"])

        return lambda found: found.sort(key=key, reverse=falling)


def _sorted_by(given: object) -> tuple[str, bool]:
    if isinstance(given, dict):
        return str(given.get("propertyName")), given.get("direction") == "DESCENDING"
    text = str(given)
    return text.removeprefix("-"), text.startswith("-")


def _page(asked: Doc) -> tuple[int, int]:
    limit, after = int(asked.get("limit") or 10), int(asked.get("after") or 0)
    if not 0 < limit <= _MOST_A_PAGE:
        raise invalid(f"There was a problem with the request: limit is at most {_MOST_A_PAGE}")
    if after >= _MOST_RESULTS:
        raise invalid("There was a problem with the request: paging past 10000 results")
    return limit, after


def _refuse_too_many(groups: list[list[Doc]]) -> None:
    if (
        len(groups) > _MOST_GROUPS
        or any(len(group) > _MOST_FILTERS for group in groups)
        or sum(map(len, groups)) > _MOST_IN_ALL
    ):
        raise invalid("There was a problem with the request: too many filters")


def _mentions(a: Kind, record: Doc, words: list[str]) -> bool:
    text = " ".join(record["properties"].get(name) or "" for name in a.searched).lower()
    return all(word in text for word in words)
