"""Records by the hundred: batch read, create, update."""

from collections.abc import Sequence

from starlette.routing import Route

from testbed.vendors.common.call import Call, Refusal, Response
from testbed.vendors.hubspot import request_bodies
from testbed.vendors.hubspot.errors import invalid, some_absent
from testbed.vendors.hubspot.handlers.handler import (
    Account,
    Handler,
    batch,
    routes,
    type_of,
)
from testbed.vendors.hubspot.handlers.objects import ObjectHandler
from testbed.vendors.hubspot.rendering import rendered
from testbed.vendors.hubspot.request_bodies import Batch, RecordBody, Reference


class BatchHandler(Handler):
    """A batch that changes records is refused as a whole if one of its inputs is."""

    def __init__(self, account: Account, objects: ObjectHandler) -> None:
        super().__init__(account)
        self._objects = objects

    def routes(self) -> list[Route]:
        return routes(
            "/crm/v3/objects/{type}/batch",
            "/crm/objects/{v}/{type}/batch",
            ("POST", "/read", self.read),
            ("POST", "/create", self.create),
            ("POST", "/update", self.update),
        )

    def read(self, call: Call) -> Response:
        type_, asked = type_of(call), request_bodies.read(call, Batch[Reference])
        wanted = asked.properties or list(type_.shown)
        known = self.schema.known(type_, wanted)
        results, missing = [], []
        for id_ in _distinct([one.id for one in asked.inputs]):
            try:
                results.append(self.records.live(type_, id_))
            except Refusal:
                missing.append(id_)
        shown = [rendered(type_, record, wanted, known) for record in results]
        errors = [some_absent(type_.singular, missing)] if missing else []
        return Response(207 if errors else 200, batch(call, shown, errors))

    def create(self, call: Call) -> Response:
        type_, asked = type_of(call), request_bodies.read(call, Batch[RecordBody])
        made = [self._objects.created(call, type_, one) for one in asked.inputs]
        return Response(201, batch(call, made))

    def update(self, call: Call) -> Response:
        type_, asked = type_of(call), request_bodies.read(call, Batch[RecordBody])
        _distinct([one.id for one in asked.inputs])
        changed = [self._objects.changed(call, type_, one.id, one) for one in asked.inputs]
        return Response(200, batch(call, changed))


def _distinct(ids: Sequence[str]) -> Sequence[str]:
    twice = [id_ for number, id_ in enumerate(ids) if id_ in ids[:number]]
    if twice:
        text = f"Duplicate IDs found in batch input: [{', '.join(twice)}]. IDs must be unique"
        raise invalid(text, context={"ids": twice})
    return ids
