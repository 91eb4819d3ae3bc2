"""Connections: which app may work for the organisation."""

from collections.abc import Mapping
from typing import Any

from testbed.vendors.common.call import Answer, Call
from testbed.vendors.common.state import Collection, Doc, Store
from testbed.vendors.xero.books import new_id
from testbed.vendors.xero.wire.moments import iso_string


class Connections:
    """Ties apps to the one tenant; what is cut is forbidden until somebody consents again."""

    def __init__(self, store: Store, tenant: Mapping[str, str]) -> None:
        self._kept: Collection = store.collection("_connections")
        self._tenant = tenant

    def tie(self, app: str, now: int) -> None:
        """Connect an app, unless it is."""
        if not self._kept.find(app=app):
            id_ = new_id()
            self._kept.put(id_, {"id": id_, "app": app, "authEventId": new_id(), "at": now})

    def cut(self, app: str) -> None:
        """End every connection of an app."""
        for doc in self._kept.find(app=app):
            self._kept.delete(doc["id"])

    def has(self, app: str, tenant: str) -> bool:
        return tenant == self._tenant["id"] and bool(self._kept.find(app=app))

    def find(self, app: str) -> Answer:
        """`GET /connections`."""
        return Answer(200, [self._shown(doc) for doc in self._kept.find(app=app)])

    def delete(self, call: Call, app: str) -> Answer:
        """`DELETE /connections/{id}`."""
        doc = self._kept.get(call.params["id"])
        if not doc or doc["app"] != app:
            return Answer(404)
        self._kept.delete(doc["id"])
        return Answer(204)

    def _shown(self, doc: Doc) -> dict[str, Any]:
        at = f"{iso_string(doc['at'])}0000"
        return {
            "id": doc["id"],
            "authEventId": doc["authEventId"],
            "tenantId": self._tenant["id"],
            "tenantType": "ORGANISATION",
            "tenantName": self._tenant["name"],
            "createdDateUtc": at,
            "updatedDateUtc": at,
        }
