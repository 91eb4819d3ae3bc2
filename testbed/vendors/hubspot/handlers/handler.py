"""The base of the handlers, and the state that they share."""

from collections.abc import Callable, Iterable

from starlette.routing import Route

from testbed.vendors.common.call import Call, Response
from testbed.vendors.common.clock import Clock, milliseconds
from testbed.vendors.common.state import Doc, Store
from testbed.vendors.hubspot.associations import Associations
from testbed.vendors.hubspot.errors import invalid, unknown_type
from testbed.vendors.hubspot.object_types import ObjectType, object_type
from testbed.vendors.hubspot.records import Records, Source
from testbed.vendors.hubspot.schema import Schema
from testbed.vendors.hubspot.times import iso

DATED = ("2026-03", "2026-09")
_PEOPLE = {"sales": Source("CRM_UI", "userId:9100123")}
_APP = Source("INTEGRATION", "1160452")


class Account:
    """The state of an account, by subject."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.schema = Schema(store)
        self.records = Records(store, clock, self.schema)
        self.associations = Associations(store)


class Handler:
    """Base of the handlers, which share the account."""

    def __init__(self, account: Account) -> None:
        self.store = account.store
        self.schema = account.schema
        self.records = account.records
        self.associations = account.associations

    def routes(self) -> list[Route]:
        raise NotImplementedError


def routes(
    old: str, dated: str, *endpoints: tuple[str, str, Callable[[Call], Response]]
) -> list[Route]:
    """Routes below a path of v3 or v4 and its dated aliases, where `{v}` stands for the date."""
    bases = [old, *(dated.replace("{v}", version) for version in DATED)]
    return [
        Route(f"{base}{path}", endpoint, methods=[method])
        for base in bases
        for method, path, endpoint in endpoints
    ]


def type_of(call: Call, name: str = "type") -> ObjectType:
    found = object_type(call.params[name])
    if found is None:
        raise unknown_type(call.params[name])
    return found


def page_of(call: Call, default: int, most: int) -> tuple[int, int]:
    """The parameters `limit` and `after`, an offset or id."""
    limit, after = call.query.get("limit", str(default)), call.query.get("after") or "0"
    if not limit.isdigit() or not 0 < int(limit) <= most or not after.isdigit():
        raise invalid(f"Invalid input: limit must be between 1 and {most}, after a number")
    return int(limit), int(after)


def source(call: Call) -> Source:
    return _PEOPLE.get(call.actor, _APP)


def batch(call: Call, results: Iterable[Doc], errors: list[Doc] | None = None) -> Doc:
    """The answer to a batch; with errors it goes with a 207."""
    at = iso(milliseconds(call.at))
    answer: Doc = {"status": "COMPLETE", "results": list(results)}
    answer |= {"startedAt": at, "completedAt": at}
    return answer | ({"numErrors": len(errors), "errors": errors} if errors else {})


def next_page(call: Call, after: str) -> Doc:
    kept = "&".join(f"{k}={v}" for k, v in call.query.multi_items() if k != "after")
    link = f"{call.base_url}{call.path}?{kept}&after={after}"
    return {"next": {"after": after, "link": link}}
