"""The app around a vendor: authenticate, check limits, fail, handle, commit, log, answer."""

import asyncio
import contextlib
import logging
from pathlib import Path
from typing import Any

from testbed.vendors.common.asgi import Receive, Send, hang_up, read_body, send_answer
from testbed.vendors.common.call import Call, Refusal, Response, Unreadable
from testbed.vendors.common.control import PREFIX, control
from testbed.vendors.common.faults import Fault, FaultConfig, Faults
from testbed.vendors.common.oplog import Oplog
from testbed.vendors.common.routing import Endpoint, Router
from testbed.vendors.common.state import RecordChange
from testbed.vendors.common.vendor import Vendor, page

_log = logging.getLogger("sandbox")
_LAST_LINE = "_oplog"


class App:
    """Serves one vendor; a call is committed and logged before its answer is sent."""

    def __init__(self, vendor: Vendor, faults: FaultConfig, log: Path) -> None:
        self.vendor = vendor
        self.faults = Faults(faults)
        self.oplog = Oplog(log)
        self._router = Router(vendor.routes, any_case=vendor.any_case)
        self._last = vendor.store.collection(_LAST_LINE)
        self.oplog.catch_up(self._last.get("last"))
        for line in self.oplog.lines:
            self.faults.resume(line["operation"], line["key"], line["attempt"])

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        # Only the end of the server cancels a call, when its connection is cut already.
        with contextlib.suppress(asyncio.CancelledError):
            await self._serve(scope, receive, send)

    async def _serve(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        body = await read_body(receive)
        if body is None:
            return  # half a request is none
        call = Call(scope, body, self.vendor.clock.now())
        if call.path.startswith(PREFIX):
            answer: Response | None = control(self, call)
        else:
            answer = await self._served(call)
        if answer is None:
            await hang_up(scope, receive)
        else:
            await send_answer(answer, send)

    async def _served(self, call: Call) -> Response | None:
        endpoint, known = self._router.find(call)
        call.template = self.vendor.template(call)
        call.key = self._key(call)
        call.attempt = self.faults.attempt(call.operation, call.key)
        if endpoint is None:
            no = self.vendor.wrong_method(call) if known else self.vendor.unknown(call)
            return self._logged(call, no)
        try:
            call.actor = self.vendor.authenticate(call)
            self.vendor.check_limits(call)
        except Refusal as refusal:
            return self._logged(call, refusal.answer)
        try:
            return await self._admitted(call, endpoint)
        finally:
            self.vendor.finish(call)

    async def _admitted(self, call: Call, endpoint: Endpoint) -> Response | None:
        fault = self.faults.decide(
            call.operation,
            call.key,
            call.attempt,
            actor=call.actor,
            trace=call.trace,
        )
        return await self._faulted(call, endpoint, fault) if fault else self._done(call, endpoint)

    async def _faulted(self, call: Call, endpoint: Endpoint, fault: Fault) -> Response | None:
        config = self.faults.config
        match fault:
            case Fault.ERROR_BEFORE:
                return self._logged(call, self.vendor.broken(call), fault)
            case Fault.THROTTLE:
                no = self.vendor.throttled(call, config.retry_after)
                return self._logged(call, no, fault)
            case Fault.EXPIRED_TOKEN:
                no_more = self.vendor.expire(call)
                return self._logged(call, no_more, fault) if no_more else self._done(call, endpoint)
            case Fault.HANG:
                await asyncio.sleep(config.hang_for)
                return self._logged(call, None, fault)
            case Fault.LATE_COMMIT:
                await asyncio.sleep(config.late_by)
            case Fault.ERROR_AFTER | Fault.LOST_REPLY | Fault.MALFORMED:
                pass
        return self._done(call, endpoint, fault)

    def _done(self, call: Call, endpoint: Endpoint, fault: Fault | None = None) -> Response | None:
        """Handle the call; a fault changes the answer, not what is done."""
        try:
            answer = endpoint(call)
        except Refusal as refusal:
            self.vendor.store.rollback()
            answer = refusal.answer
        except Unreadable as body:
            self.vendor.store.rollback()
            answer = self.vendor.unreadable(call, body)
        except Exception:  # noqa: BLE001  a mistake of ours must look like one of theirs
            self.vendor.store.rollback()
            _log.exception("a mistake of the testbed in %s", call.operation)
            answer = self.vendor.broken(call)
        return self._logged(call, _spoilt(answer, call, self.vendor, fault), fault)

    def _logged(
        self, call: Call, answer: Response | None, fault: Fault | None = None
    ) -> Response | None:
        """Commit and log together; the next start completes what a kill in between left out."""
        store = self.vendor.store
        changes = store.changes()
        if changes:
            self.vendor.before_commit(call, changes)
        if answer is not None:
            self.vendor.decorate(call, answer)
        line = self._line(call, answer, fault, changes)
        if store.changed:
            self._last.put("last", line)
            store.commit()
        self.oplog.append(line)
        return answer

    def _line(
        self, call: Call, answer: Response | None, fault: Fault | None, changes: list[RecordChange]
    ) -> dict[str, Any]:
        return {
            "seq": self.oplog.next_seq,
            "came": call.at.isoformat(),
            "at": self.vendor.clock.now().isoformat(),
            "actor": call.actor,
            "trace": call.trace,
            "operation": call.operation,
            "key": call.key,
            "attempt": call.attempt,
            "method": call.method,
            "path": call.path,
            "status": answer.status if answer else None,
            "fault": fault,
            "committed": bool(changes),
            "changed": [{"collection": c.collection, "id": c.id, "what": c.what} for c in changes],
        }

    def _key(self, call: Call) -> str:
        try:
            return self.vendor.key(call)
        except (ValueError, LookupError, TypeError, AttributeError):
            # A body that cannot be read has no business key; its path must do.
            return call.path

    def close(self) -> None:
        self.oplog.close()
        self.vendor.store.close()


def _spoilt(answer: Response, call: Call, vendor: Vendor, fault: Fault | None) -> Response | None:
    """Return what a fault leaves of an answer."""
    match fault:
        case Fault.LOST_REPLY | Fault.LATE_COMMIT:
            return None
        case Fault.ERROR_AFTER:
            return vendor.broken(call)
        case Fault.MALFORMED:
            whole = answer.encoded()
            if call.attempt % 2 or len(whole) < 2:
                return page(200, b"Service is being maintained")
            return Response(200, whole[: len(whole) // 2], answer.headers)
        case _:
            return answer
