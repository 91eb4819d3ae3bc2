"""The sandbox's own API on every port: faults, log, clock, health; never faulted nor logged."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from pydantic import ValidationError

from testbed.vendors.common.call import Answer, Call
from testbed.vendors.common.faults import FaultConfig

if TYPE_CHECKING:
    from testbed.vendors.common.app import App

PREFIX = "/_sandbox/"


def control(app: "App", call: Call) -> Answer:
    """Answer a call below `/_sandbox/`."""
    act = _ACTS.get((call.method, call.path.removeprefix(PREFIX)))
    if act is None:
        return Answer(404, {"message": f"the sandbox has no {call.operation}"})
    return act(app, call)


def _health(app: "App", _call: Call) -> Answer:
    return Answer(200, {"vendor": app.vendor.name, "ok": True, "seq": app.oplog.next_seq - 1})


def _oplog(app: "App", call: Call) -> Answer:
    return Answer(200, app.oplog.since(int(call.query.get("since", "0"))))


def _faults(app: "App", _call: Call) -> Answer:
    return Answer(200, app.faults.config.model_dump(mode="json"))


def _replace_faults(app: "App", call: Call) -> Answer:
    try:
        app.faults.replace(FaultConfig.model_validate_json(call.body))
    except ValidationError as bad:
        return Answer(
            400, bad.errors(include_url=False, include_context=False, include_input=False)
        )
    return _faults(app, call)


def _clock(app: "App", _call: Call) -> Answer:
    return Answer(200, {"now": app.vendor.clock.now().isoformat()})


def _advance(app: "App", call: Call) -> Answer:
    app.vendor.clock.advance(float(call.json["advance"]))
    return _clock(app, call)


_ACTS: dict[tuple[str, str], Callable[["App", Call], Answer]] = {
    ("GET", "health"): _health,
    ("GET", "oplog"): _oplog,
    ("GET", "faults"): _faults,
    ("PUT", "faults"): _replace_faults,
    ("GET", "clock"): _clock,
    ("PUT", "clock"): _advance,
}
