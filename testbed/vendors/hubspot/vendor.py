"""HubSpot as a vendor of the sandbox."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from starlette.routing import Route

from testbed.vendors.common.call import Answer, Call, Refusal, Unreadable
from testbed.vendors.common.clock import Clock
from testbed.vendors.common.state import Change, Store
from testbed.vendors.common.vendor import Vendor
from testbed.vendors.common.webhooks import Hooks
from testbed.vendors.hubspot import refusals, seeding
from testbed.vendors.hubspot.desks.account import AccountDesk
from testbed.vendors.hubspot.desks.associations import AssociationDesk
from testbed.vendors.hubspot.desks.batches import BatchDesk
from testbed.vendors.hubspot.desks.desk import Books, source
from testbed.vendors.hubspot.desks.groups import GroupDesk
from testbed.vendors.hubspot.desks.labels import LabelDesk
from testbed.vendors.hubspot.desks.oauth import OPEN, SECRET, OAuthDesk
from testbed.vendors.hubspot.desks.objects import ObjectDesk
from testbed.vendors.hubspot.desks.properties import PropertyDesk
from testbed.vendors.hubspot.desks.search import SearchDesk
from testbed.vendors.hubspot.hooks import HubSpotManners, events
from testbed.vendors.hubspot.keys import business_key
from testbed.vendors.hubspot.kinds import KINDS, kind_of
from testbed.vendors.hubspot.lagging import SearchIndex
from testbed.vendors.hubspot.limits import Limits
from testbed.vendors.hubspot.scopes import needed
from testbed.vendors.hubspot.tokens import EVERYTHING, Tokens

_READS = re.compile(r"/search$|/batch/read$|^/oauth/")
_TYPE = re.compile(r"\{type\}")
_TO_TYPE = re.compile(r"\{to_type\}")


class HubSpot(Vendor):
    """Serves the v3 and v4 paths and their dated aliases from one set of books."""

    name = "hubspot"
    secret_paths = SECRET

    def __init__(self, store: Store, options: Mapping[str, Any], clock: Clock) -> None:
        super().__init__(store, options, clock)
        self.books = Books(store, clock, options)
        self.tokens = Tokens(store, options)
        self.limits = Limits(options)
        self.index = SearchIndex(store, clock, float(options.get("search_lag", 0.25)))
        self._calculation_lag = float(options.get("calculation_lag", 0))
        asked = options.get("webhooks")
        self.hooks = Hooks(store, clock, HubSpotManners(asked, clock)) if asked else None
        objects = ObjectDesk(self.books)
        self._desks = (
            BatchDesk(self.books, objects),
            SearchDesk(self.books, self.index),
            AssociationDesk(self.books),
            LabelDesk(self.books),
            objects,
            GroupDesk(self.books),
            PropertyDesk(self.books),
            AccountDesk(self.books),
            OAuthDesk(self.books),
        )
        self._ready()

    def _ready(self) -> None:
        self.books.schema.refresh()
        self.books.records.reindex_all()
        if self._calculation_lag:
            self.books.records.recalculate_all()
            self.store.commit()
        self.index.load()

    @property
    def routes(self) -> Sequence[Route]:
        return [route for desk in self._desks for route in desk.routes()]

    def seed(self) -> None:
        seeding.plant(self.books)
        self._ready()

    async def start(self) -> None:
        if self.hooks:
            await self.hooks.start()

    async def stop(self) -> None:
        if self.hooks:
            await self.hooks.stop()

    def template(self, call: Call) -> str:
        """The operation names the kind of record: `PATCH /crm/v3/objects/deals/{id}`."""
        text = call.template
        for pattern, name in ((_TYPE, "type"), (_TO_TYPE, "to_type")):
            found = kind_of(call.params.get(name, ""))
            if found:
                text = pattern.sub(found.name, text)
        return text

    def key(self, call: Call) -> str:
        return business_key(call)

    def changes(self, call: Call) -> bool:
        return call.method != "GET" and not _READS.search(call.path)

    def authenticate(self, call: Call) -> str:
        if call.template in OPEN:
            return call.form.get("client_id", "") if call.method == "POST" else ""
        token = _bearer(call)
        known = self.tokens.fixed(token)
        if known is None:
            known = self.tokens.access(token)
            if known is None:
                raise refusals.unauthenticated()
            if known["expires_at"] <= call.at.timestamp():
                raise Refusal(refusals.expired(_moment(known["expires_at"]), call.at))
        call.scopes = known.get("scopes", [EVERYTHING])
        return str(known["actor"])

    def admit(self, call: Call) -> None:
        search = call.path.endswith("/search")
        broken = self.limits.refuse(search=search, now=call.at.timestamp())
        if broken:
            raise Refusal(refusals.throttled(broken))
        lacking = [scope for scope in needed(call) if not _granted(scope, call.scopes)]
        if lacking:
            raise refusals.missing_scopes(lacking)

    def throttled(self, call: Call, retry_after: int | None) -> Answer:
        policy = "SECONDLY" if call.path.endswith("/search") else "TEN_SECONDLY_ROLLING"
        return refusals.throttled(policy, retry_after)

    def expire(self, call: Call) -> Answer | None:
        if not self.tokens.expire(_bearer(call), call.at.timestamp()):
            return None
        return refusals.expired(call.at, call.at)

    def broken(self, _call: Call) -> Answer:
        return Answer(500, refusals.envelope("internal error", "INTERNAL_ERROR"))

    def unreadable(self, _call: Call, error: Unreadable) -> Answer:
        return Answer(400, refusals.envelope(f"Invalid input JSON on line 1, column 1: {error}"))

    def dress(self, call: Call, answer: Answer) -> None:
        body = answer.body if isinstance(answer.body, dict) else {}
        answer.headers["x-hubspot-correlation-id"] = body.get("correlationId") or str(uuid4())
        if not call.path.endswith("/search"):
            fixed = self.tokens.fixed(_bearer(call)) is not None
            answer.headers.update(self.limits.headers(call.at.timestamp(), daily=fixed))

    def settled(self, call: Call, changes: list[Change]) -> None:
        self.index.note(changes)
        if self.hooks:
            for event in events(self.store, changes, self.store.before, source(call)):
                self.hooks.enqueue(event)
        if self._calculation_lag:
            loop = asyncio.get_running_loop()
            for change in changes:
                if change.collection in KINDS:
                    loop.call_later(self._calculation_lag, self._recalculate, change)

    def _recalculate(self, change: Change) -> None:
        """The vendor's own afterthought, which moves the record once more."""
        self.books.records.recalculate(KINDS[change.collection], change.id)
        self.index.note(self.store.changes())
        self.store.commit()


def _bearer(call: Call) -> str:
    kind, _, token = call.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _granted(scope: str, scopes: Sequence[str]) -> bool:
    return EVERYTHING in scopes or scope in scopes


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
