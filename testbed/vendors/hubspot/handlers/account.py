"""The account itself: its details, owners and pipelines, all to be read only."""

from starlette.routing import Route

from testbed.vendors.common.call import Answer, Call
from testbed.vendors.common.state import Doc
from testbed.vendors.hubspot.desks.desk import Desk, kind, next_page, offset, paths, whole
from testbed.vendors.hubspot.refusals import absent


class AccountDesk(Desk):
    """Who we are to HubSpot, who owns records, and through which stages they go."""

    def routes(self) -> list[Route]:
        found = [
            Route(path, self.details, methods=["GET"])
            for path in paths("/account-info/v3/details", "/account-info/{v}/details")
        ]
        for base in paths("/crm/v3/owners", "/crm/owners/{v}"):
            found += [
                Route(base, self.owners, methods=["GET"]),
                Route(f"{base}/", self.owners, methods=["GET"]),
                Route(f"{base}/{{id}}", self.owner, methods=["GET"]),
            ]
        for base in paths("/crm/v3/pipelines/{type}", "/crm/pipelines/{v}/{type}"):
            one = f"{base}/{{pipeline}}"
            found += [
                Route(base, self.pipelines, methods=["GET"]),
                Route(one, self.pipeline, methods=["GET"]),
                Route(f"{one}/stages", self.stages, methods=["GET"]),
                Route(f"{one}/stages/{{stage}}", self.stage, methods=["GET"]),
            ]
        return found

    def details(self, _call: Call) -> Answer:
        details = self.store.collection("account").get("details") or {}
        return Answer(200, {name: v for name, v in details.items() if name != "rates"})

    def owners(self, call: Call) -> Answer:
        owners = list(self.store.collection("owners").values())
        if email := call.query.get("email"):
            owners = [o for o in owners if o["email"] == email.lower()]
        limit, after = whole(call, "limit", 100, 500), offset(call)
        answer: Doc = {"results": owners[after : after + limit]}
        if after + limit < len(owners):
            answer["paging"] = next_page(call, str(after + limit))
        return Answer(200, answer)

    def owner(self, call: Call) -> Answer:
        owners = self.store.collection("owners")
        id_ = call.params["id"]
        if call.query.get("idProperty") == "userId":
            found = owners.find(userId=int(id_) if id_.isdigit() else 0)
        else:
            found = owners.find(id=id_)
        if not found:
            raise absent()
        return Answer(200, found[0])

    def pipelines(self, call: Call) -> Answer:
        found = self.store.collection("pipelines").find(kind=kind(call).name)
        return Answer(200, {"results": [_told(pipeline) for pipeline in found]})

    def pipeline(self, call: Call) -> Answer:
        return Answer(200, _told(self._pipeline(call)))

    def stages(self, call: Call) -> Answer:
        return Answer(200, {"results": self._pipeline(call)["stages"]})

    def stage(self, call: Call) -> Answer:
        for stage in self._pipeline(call)["stages"]:
            if stage["id"] == call.params["stage"]:
                return Answer(200, stage)
        raise absent()

    def _pipeline(self, call: Call) -> Doc:
        name = f"{kind(call).name}:{call.params['pipeline']}"
        found = self.store.collection("pipelines").get(name)
        if found is None:
            raise absent()
        return found


def _told(pipeline: Doc) -> Doc:
    return {name: value for name, value in pipeline.items() if name != "kind"}
