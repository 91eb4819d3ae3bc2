"""The object types of the account: names, type ids, and what is shown of them by default."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ObjectType:
    """An object type; tasks are governed by the scopes of contacts."""

    name: str
    id: str
    singular: str
    first_id: int
    shown: tuple[str, ...] = ()
    merges: bool = False
    scope: str = ""

    @property
    def spaced(self) -> str:
        """The plural inside `associations`."""
        return self.name.replace("_", " ")

    @property
    def modified(self) -> str:
        """The property that holds the time of the last change."""
        return "lastmodifieddate" if self.name == "contacts" else "hs_lastmodifieddate"


CONTACTS = ObjectType(
    "contacts", "0-1", "contact", 90110001000, ("email", "firstname", "lastname"), merges=True
)
COMPANIES = ObjectType("companies", "0-2", "company", 31870001000, ("name", "domain"), merges=True)
DEALS = ObjectType(
    "deals",
    "0-3",
    "deal",
    51230001000,
    ("amount", "closedate", "dealname", "dealstage", "pipeline"),
    merges=True,
)
LINE_ITEMS = ObjectType(
    "line_items", "0-8", "line_item", 27710100000, ("quantity", "amount", "price")
)
TASKS = ObjectType("tasks", "0-27", "task", 81440001000, scope="contacts")

OBJECT_TYPES = {each.name: each for each in (CONTACTS, COMPANIES, DEALS, LINE_ITEMS, TASKS)}
_BY_WORD = {
    word: each for each in OBJECT_TYPES.values() for word in (each.name, each.id, each.singular)
}


def object_type(word: str) -> ObjectType | None:
    """The object type of a plural, a singular or a type id."""
    return _BY_WORD.get(word.lower())
