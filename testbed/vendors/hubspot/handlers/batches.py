"""Records by the hundred: batch read, create, update, upsert, archive."""

from collections.abc import Callable, Iterable
from typing import Any

from starlette.routing import Route

from testbed.vendors.common.call import Answer, Call, Refusal
from testbed.vendors.common.state import Doc
from testbed.vendors.hubspot import shapes
from testbed.vendors.hubspot.desks.desk import Books, Desk, batch, body, inputs, kind, paths, source
from testbed.vendors.hubspot.desks.objects import ObjectDesk
from testbed.vendors.hubspot.kinds import Kind
from testbed.vendors.hubspot.refusals import invalid, not_unique, some_absent
from testbed.vendors.hubspot.showing import shown

_NAMED = {**shapes.RECORD, "id!": shapes.scalar}


class BatchDesk(Desk):
    """A batch is refused whole, unless every input can be told from the others by a trace id."""

    def __init__(self, books: Books, objects: ObjectDesk) -> None:
        super().__init__(books)
        self._objects = objects

    def routes(self) -> list[Route]:
        verbs = (self.read, self.create, self.update, self.upsert, self.archive)
        bases = paths("/crm/v3/objects/{type}/batch", "/crm/objects/{v}/{type}/batch")
        return [
            Route(f"{base}/{verb.__name__}", verb, methods=["POST"])
            for base in bases
            for verb in verbs
        ]

    def read(self, call: Call) -> Answer:
        a, asked = kind(call), body(call, shapes.READ)
        by = asked.get("idProperty") or ""
        if by and by != "hs_object_id" and not self.schema.is_unique(a, by):
            raise not_unique("read", a.type_id, by)
        wanted = asked.get("properties") or list(a.shown)
        known = {name for name in wanted if self.schema.find(a, name)}
        results, missing = [], []
        for id_ in _distinct(inputs(call, shapes.END)):
            try:
                results.append(self.records.live(a, id_, by))
            except Refusal:
                missing.append(id_)
        answer = [shown(a, record, wanted, known=known) for record in results]
        return _answer(call, answer, [some_absent(a.singular, missing)] if missing else [])

    def create(self, call: Call) -> Answer:
        a = kind(call)

        def make(one: Doc) -> Doc:
            values = self.records.checked(a, one.get("properties") or {})
            targets = self._objects.targets(a, one.get("associations") or [])
            return shown(a, self._objects.make(call, a, values, targets), None)

        return _each(call, inputs(call, shapes.RECORD), make, done=201)

    def update(self, call: Call) -> Answer:
        a, given = kind(call), inputs(call, _NAMED)
        _distinct(given)
        missing: list[str] = []
        found = [(one, r) for one in given if (r := self._target(a, one, missing))]

        def change(pair: tuple[Doc, Doc]) -> Doc:
            one, record = pair
            values = self.records.checked(a, one.get("properties") or {}, record)
            return shown(a, self.records.update(a, record, values, source(call)), None)

        errors = [some_absent(a.singular, missing)] if missing else []
        return _each(call, found, change, trace=lambda pair: pair[0], errors=errors)

    def _target(self, a: Kind, one: Doc, missing: list[str]) -> Doc | None:
        """The record of an input; a merged id is passed over in silence, as HubSpot does."""
        id_, by = str(one.get("id")), one.get("idProperty") or ""
        if not by and f"{a.name}:{id_}" in self.records.merged:
            return None
        try:
            return self.records.for_write(a, id_, by)
        except Refusal as no:
            if no.answer.status != 404:
                raise
            missing.append(id_)
            return None

    def upsert(self, call: Call) -> Answer:
        a, given = kind(call), inputs(call, _NAMED)
        _distinct(given)

        def put(one: Doc) -> Doc:
            id_, by = str(one.get("id")), one.get("idProperty") or ""
            if by and not self.schema.is_unique(a, by):
                raise not_unique("upsert", a.type_id, by)
            record = self.records.holder(a, by, id_) if by else self.records.live(a, id_)
            properties = one.get("properties") or {}
            values = self.records.checked(a, ({by: id_} if by else {}) | properties, record)
            if record:
                record = self.records.update(a, record, values, source(call))
                return shown(a, record, None) | {"new": False}
            return shown(a, self.records.create(a, values, source(call)), None) | {"new": True}

        return _each(call, given, put)

    def archive(self, call: Call) -> Answer:
        a = kind(call)
        for id_ in _distinct(inputs(call, shapes.END)):
            record = self.records.find(a, id_)
            if record and not record["archived"]:
                self.records.archive(a, record)
                self.links.isolate((a, record["id"]))
        return Answer(204)


def _each(
    call: Call,
    given: list[Any],
    do: Callable[[Any], Doc],
    *,
    trace: Callable[[Any], Doc] = lambda one: one,
    errors: Iterable[Doc] = (),
    done: int = 200,
) -> Answer:
    """Do each; a refusal stops all, or with trace ids is told beside the others' results."""
    traces = [trace(one).get("objectWriteTraceId") for one in given]
    traced = all(traces) and len(set(traces)) == len(traces)
    results, failed = [], list(errors)
    for one, mark in zip(given, traces, strict=True):
        try:
            results.append(do(one))
        except Refusal as no:
            if not traced:
                raise
            failed.append(_entry(no, str(mark)))
    return _answer(call, results, failed, done)


def _entry(no: Refusal, mark: str) -> Doc:
    """A refusal as an entry of a 207; who holds a taken e-mail is named."""
    told = dict(no.answer.body) if isinstance(no.answer.body, dict) else {}
    context = {"objectWriteTraceId": [mark]}
    if told.get("category") == "CONFLICT":
        context["existingId"] = [told["message"].rpartition(" ")[2]]
    return {
        "status": "error",
        "category": told.get("category", "VALIDATION_ERROR"),
        "message": told.get("message", ""),
        "context": context,
    }


def _answer(call: Call, results: list[Doc], errors: list[Doc], done: int = 200) -> Answer:
    return Answer(207 if errors else done, batch(call, results, errors))


def _distinct(given: list[Doc]) -> list[str]:
    ids = [str(one.get("id")) for one in given]
    twice = [id_ for n, id_ in enumerate(ids) if id_ in ids[:n]]
    if twice:
        text = f"Duplicate IDs found in batch input: [{', '.join(twice)}]. IDs must be unique"
        raise invalid(text, context={"ids": twice})
    return ids
