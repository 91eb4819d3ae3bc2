"""What every desk has at hand, and how it reads the manners of HubSpot's clients."""

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.routing import Route

from testbed.vendors.common.call import Call
from testbed.vendors.common.clock import Clock
from testbed.vendors.common.state import Doc, Store
from testbed.vendors.hubspot.kinds import Kind, kind_of
from testbed.vendors.hubspot.links import Links
from testbed.vendors.hubspot.records import Records, Source
from testbed.vendors.hubspot.refusals import invalid, unknown_kind
from testbed.vendors.hubspot.schema import Schema
from testbed.vendors.hubspot.shapes import Shape, fit
from testbed.vendors.hubspot.times import iso, to_ms

DATED = ("2026-03", "2026-09")
_PEOPLE = {"sales": Source("CRM_UI", "userId:9100123")}
_APP = Source("INTEGRATION", "1160452")


class Desk:
    """Base of the desks: the books of the account, shared by all of them."""

    def __init__(self, books: "Books") -> None:
        self.store = books.store
        self.clock = books.clock
        self.schema = books.schema
        self.records = books.records
        self.links = books.links
        self.options = books.options

    def routes(self) -> list[Route]:
        raise NotImplementedError


class Books:
    """The state of an account, by what it is about."""

    def __init__(self, store: Store, clock: Clock, options: Mapping[str, Any]) -> None:
        self.store = store
        self.clock = clock
        self.options = options
        self.schema = Schema(store)
        inline = not options.get("calculation_lag", 0)
        self.records = Records(store, clock, self.schema, calculates=inline)
        self.links = Links(store)


def paths(old: str, dated: str) -> list[str]:
    """A path of v3 or v4 and its dated aliases; `{v}` stands for the date."""
    return [old, *(dated.replace("{v}", version) for version in DATED)]


def kind(call: Call, name: str = "type") -> Kind:
    found = kind_of(call.params[name])
    if found is None:
        raise unknown_kind(call.params[name])
    return found


def body(call: Call, shape: Shape) -> Doc:
    """The body, once it has the shape that it must have."""
    fit(call.json, shape)
    asked: Doc = call.json
    return asked


def inputs(call: Call, shape: Shape, most: int = 100) -> list[Doc]:
    """The inputs of a batch, as many as a batch may have."""
    given: list[Doc] = body(call, {"inputs!": [shape]})["inputs"]
    if len(given) > most:
        raise invalid(f"The maximum number of inputs supported in a batch request is {most}")
    return given


def several(call: Call, name: str) -> list[str]:
    """A list parameter, given repeated or with commas."""
    return [one for text in call.query.getlist(name) for one in text.split(",") if one]


def flag(call: Call, name: str) -> bool:
    return call.query.get(name, "").lower() == "true"


def whole(call: Call, name: str, default: int, most: int) -> int:
    """A number among the parameters, within its bounds."""
    text = call.query.get(name) or str(default)
    if not text.isdigit() or not 0 < int(text) <= most:
        raise invalid(f"Invalid input: {name} must be between 1 and {most}")
    return int(text)


def offset(call: Call) -> int:
    """Where a page begins."""
    text = call.query.get("after") or "0"
    if not text.isdigit():
        raise invalid("Invalid input: after must be a number that an earlier page gave")
    return int(text)


def source(call: Call) -> Source:
    return _PEOPLE.get(call.actor, _APP)


def batch(call: Call, results: Iterable[Doc], errors: list[Doc] | None = None) -> Doc:
    """The answer to a batch; with errors it is one of those that go with a 207."""
    at = iso(to_ms(call.at))
    answer: Doc = {
        "status": "COMPLETE",
        "results": list(results),
        "startedAt": at,
        "completedAt": at,
    }
    return answer | ({"numErrors": len(errors), "errors": errors} if errors else {})


def next_page(call: Call, after: str) -> Doc:
    query = call.query
    kept = "&".join(f"{k}={v}" for k, v in query.multi_items() if k != "after")
    link = f"{call.base_url}{call.path}?{kept}&after={after}"
    return {"next": {"after": after, "link": link}}
