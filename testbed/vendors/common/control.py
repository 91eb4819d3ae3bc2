"""The testbed's own API: faults, log, records, clock, health; never faulted nor logged."""

from typing import TYPE_CHECKING

from pydantic import ValidationError

from testbed.vendors.common.call import Call, Response
from testbed.vendors.common.faults import FaultConfig

if TYPE_CHECKING:
    from testbed.vendors.common.app import App

PREFIX = "/_sandbox/"


def control(app: "App", call: Call) -> Response:
    """Answer a call below `/_sandbox/`."""
    match call.method, call.path.removeprefix(PREFIX):
        case "GET", "health":
            seq = app.oplog.next_seq - 1
            return Response(200, {"vendor": app.vendor.name, "ok": True, "seq": seq})
        case "GET", "oplog":
            lines = app.oplog.since(int(call.query.get("since", "0")))
            return Response(200, lines[: int(call.query.get("most", len(lines)))])
        case "GET", "records":
            return Response(200, [*app.vendor.store.collection(call.query["collection"]).values()])
        case "PUT", "faults":
            return _replace_faults(app, call)
        case "PUT", "clock":
            app.vendor.clock.advance(float(call.json["advance"]))
            return Response(200, {"now": app.vendor.clock.now().isoformat()})
    return Response(404, {"message": f"the testbed has no {call.operation}"})


def _replace_faults(app: "App", call: Call) -> Response:
    try:
        app.faults.replace(FaultConfig.model_validate_json(call.body))
    except ValidationError as bad:
        return Response(400, bad.errors(include_context=False, include_input=False))
    return Response(200, app.faults.config.model_dump(mode="json"))
