"""How a record is shown to who asks for it."""

from collections.abc import Iterable

from testbed.vendors.common.state import Doc
from testbed.vendors.hubspot.kinds import Kind
from testbed.vendors.hubspot.refusals import PORTAL


def shown(
    kind: Kind, record: Doc, wanted: Iterable[str] | None, *, known: Iterable[str] = ()
) -> Doc:
    """A record as the API answers it; `wanted` None shows all that has a value."""
    properties = record["properties"]
    if wanted is not None:
        names = ("createdate", kind.modified, "hs_object_id", *wanted)
        properties = {n: properties.get(n) for n in names if n in properties or n in known}
    answer = {
        "id": record["id"],
        "properties": properties,
        "createdAt": record["createdAt"],
        "updatedAt": record["updatedAt"],
        "archived": record["archived"],
        "url": f"https://app.hubspot.com/contacts/{PORTAL}/record/{kind.type_id}/{record['id']}",
    }
    if "archivedAt" in record:
        answer["archivedAt"] = record["archivedAt"]
    return answer
