"""The kinds of records: their names, type ids, and what is shown of them unasked."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record; `spaced` is its plural inside `associations`."""

    name: str
    type_id: str
    singular: str
    shown: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()
    merges: bool = False
    scoped_as: str = ""
    first_id: int = 1

    @property
    def spaced(self) -> str:
        return self.name.replace("_", " ")

    @property
    def modified(self) -> str:
        """The property that holds the time of the last change."""
        return "lastmodifieddate" if self.name == "contacts" else "hs_lastmodifieddate"

    @property
    def scope(self) -> str:
        return self.scoped_as or self.name


_ALL = (
    Kind("contacts", "0-1", "contact", ("email", "firstname", "lastname"), ("email",),
         ("firstname", "lastname", "email", "phone", "company"), merges=True,
         first_id=90110001000),
    Kind("companies", "0-2", "company", ("name", "domain"), (),
         ("name", "domain", "website", "phone"), merges=True, first_id=31870001000),
    Kind("deals", "0-3", "deal",
         ("amount", "closedate", "dealname", "dealstage", "pipeline"), (),
         ("dealname", "pipeline", "dealstage", "description", "dealtype"), merges=True,
         first_id=51230001000),
    Kind("tickets", "0-5", "ticket",
         ("content", "hs_pipeline", "hs_pipeline_stage", "hs_ticket_priority", "subject"),
         ("hs_external_object_ids",), ("subject", "content"), merges=True, first_id=72310001000),
    Kind("products", "0-7", "product", ("name", "price", "hs_sku"), ("hs_sku",),
         ("name", "description", "price", "hs_sku"), first_id=15520001000),
    Kind("line_items", "0-8", "line_item", ("quantity", "amount", "price"),
         ("hs_external_id",), ("name", "hs_sku"), first_id=27710100000),
    Kind("quotes", "0-14", "quote", ("hs_title", "hs_status"), (), ("hs_title",),
         first_id=66010001000),
    Kind("tasks", "0-27", "task", (), (), ("hs_task_subject", "hs_task_body"),
         scoped_as="contacts", first_id=81440001000),
    Kind("notes", "0-46", "note", (), (), ("hs_note_body",), scoped_as="contacts",
         first_id=82550001000),
)  # fmt: skip

KINDS = {kind.name: kind for kind in _ALL}
_BY_WORD = {word: kind for kind in _ALL for word in (kind.name, kind.type_id, kind.singular)}


def kind_of(word: str) -> Kind | None:
    """The kind meant by a plural, a singular or a type id, in any case."""
    return _BY_WORD.get(word) or _BY_WORD.get(word.lower())
