"""The account itself: its details and its deal pipelines."""

from starlette.routing import Route

from testbed.vendors.common.call import Call, Response
from testbed.vendors.hubspot.handlers.handler import Handler, routes


class AccountHandler(Handler):
    """Both can only be read."""

    def routes(self) -> list[Route]:
        details = routes(
            "/account-info/v3/details", "/account-info/{v}/details", ("GET", "", self.details)
        )
        pipelines = routes(
            "/crm/v3/pipelines/{type}", "/crm/pipelines/{v}/{type}", ("GET", "", self.pipelines)
        )
        return details + pipelines

    def details(self, _call: Call) -> Response:
        details = self.store.collection("account").get("details") or {}
        return Response(200, {name: value for name, value in details.items() if name != "rates"})

    def pipelines(self, call: Call) -> Response:
        has_pipelines = call.params["type"] in {"deals", "deal", "0-3"}
        found = list(self.store.collection("pipelines").values()) if has_pipelines else []
        return Response(200, {"results": found})
