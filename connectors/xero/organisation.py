"""How one Xero organisation is spoken to: its address, its name on each call, its refusals."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from connectors.common import Api, Response
from connectors.common.http import Body
from connectors.xero.wire.base import Connections, Page, Refused
from ports.failures import (
    Absent,
    ConnectorFailure,
    Misconfigured,
    Rejected,
    Throttled,
    Uncertain,
)

ROOT = "/api.xro/2.0"
_OTHER_REQUEST = "different request"
P = TypeVar("P", bound=Page)
Query = Mapping[str, str | int]


class Organisation:
    """One tenant of Xero. PUT creates and POST updates by id, so each has its own verb here."""

    system = "xero"

    def __init__(self, api: Api, tenant_id: str = "") -> None:
        self._api = api
        self._tenant_id = tenant_id

    async def read(
        self,
        path: str,
        *parts: str,
        query: Query | None = None,
        changed_after: datetime | None = None,
    ) -> Response:
        headers = await self._headers()
        if changed_after:
            headers["If-Modified-Since"] = f"{changed_after:%Y-%m-%dT%H:%M:%S}"
        return await self._api.get(ROOT + path, *parts, query=query, headers=headers)

    async def create(
        self, path: str, *parts: str, body: Body, query: Query | None = None, key: str = ""
    ) -> Response:
        """Xero answers the same to the same `key` for six minutes, errors included."""
        headers = await self._headers() | ({"Idempotency-Key": key} if key else {})
        return await self._api.put(
            ROOT + path, *parts, query=_strictly(query), body=body, headers=headers
        )

    async def update(
        self, path: str, *parts: str, body: Body, query: Query | None = None
    ) -> Response:
        return await self._api.post(
            ROOT + path, *parts, query=_strictly(query), body=body, headers=await self._headers()
        )

    async def all(self, path: str, model: type[P], query: Query) -> list[P]:
        """All pages of a list."""
        pages: list[P] = []
        while not pages or not pages[-1].is_last:
            asked = {**query, "page": len(pages) + 1}
            pages.append((await self.read(path, query=asked)).read(model))
        return pages

    async def _headers(self) -> dict[str, str]:
        if not self._tenant_id:
            self._tenant_id = await self._only_connection()
        return {"Xero-Tenant-Id": self._tenant_id}

    async def _only_connection(self) -> str:
        found = (await self._api.get("/connections")).read(Connections).root
        if len(found) == 1:
            return found[0].tenant_id
        names = ", ".join(f"{each.tenant_name} ({each.tenant_id})" for each in found) or "none"
        raise Misconfigured(
            self.system,
            "set tenant_id: the app must know which organisation it works for, and it is "
            f"connected to {names}",
        )


def explain(answer: Response) -> ConnectorFailure | None:
    """What a refusal of Xero's says beyond its status."""
    match answer.status:
        case 400:
            return _explained(answer)
        case 403:
            reason = answer.reason(
                "the app may not see this organisation: connect it in Xero, or grant the scopes"
            )
            return Misconfigured(answer.system, reason)
        case 404:
            return Absent(answer.system, answer.reason("there is no such record in Xero"))
        case 429:
            limit = answer.headers.get("X-Rate-Limit-Problem", "concurrency")
            reason = answer.reason(f"the {limit} limit of Xero is used up")
            return Throttled(
                answer.system, reason, pause=answer.retry_after or timedelta(seconds=1)
            )
        case _:
            return None


def _explained(answer: Response) -> ConnectorFailure | None:
    """The reasons in a 400; None where there are none to read, as from the token endpoint."""
    try:
        words = answer.read(Refused).words
    except ConnectorFailure:
        return None
    if _OTHER_REQUEST in words:
        # The key was sent before, with another date perhaps: whether that call did it is unknown.
        return Uncertain(answer.system, answer.reason(words), answered=True)
    return Rejected(answer.system, answer.reason(words)) if words else None


def _strictly(query: Query | None) -> Query:
    # The documents disagree on the default: said outright, one bad element refuses the request.
    return {"summarizeErrors": "true", **(query or {})}
