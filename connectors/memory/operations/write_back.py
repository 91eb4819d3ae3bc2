"""Writes the project and the money of a deal to its record."""

from collections.abc import Sequence

from connectors.common.deal_fields import DealKey, Text
from connectors.memory.operations.base import UPSERT, MemoryOperation
from domain.effect import EffectKind, Receipt
from domain.ids import ExternalId
from domain.write_back import WriteBack

_PROJECT = ("project", "project_url")


class WriteBackOperation(MemoryOperation[WriteBack]):
    """A record keeps the last value of each field."""

    kind = EffectKind("crm.record")
    idempotency = UPSERT

    def create(self, command: WriteBack) -> Receipt:
        deal = self.world.deal(command.deal)
        self._key(command).require(command, self._text(command))
        if not command.only_asks:
            self.world.keys[deal.id] = self._key(command).ours
        blank = WriteBack(subject=command.subject, deal=deal.id)
        record = self.world.records.get(deal.id, blank)
        values = ((name, getattr(command, name)) for name in WriteBack.model_fields)
        update = {name: value for name, value in values if value is not None}
        self.world.records[deal.id] = record.model_copy(update=update)
        self.world.changed[deal.id] = self.world.clock()
        return Receipt(id=ExternalId(deal.id), url=deal.url)

    def existing(self, command: WriteBack) -> Sequence[Receipt]:
        return ()

    def remove(self, command: WriteBack, receipt: Receipt) -> None:
        record = self.world.records.get(command.deal)
        if record is None or not self._key(command).fits(self.world.keys.get(command.deal, "")):
            return
        names_one = command.project is not None or command.project_url is not None
        ours = [
            name
            for name in _PROJECT
            if not names_one or getattr(command, name) == getattr(record, name)
        ]
        self.world.records[command.deal] = record.model_copy(update=dict.fromkeys(ours, ""))

    def _key(self, command: WriteBack) -> DealKey:
        return DealKey(references=self.references, deal=command.deal, record=command.deal)

    def _text(self, command: WriteBack) -> Text:
        return lambda _: self.world.keys.get(command.deal, "")
