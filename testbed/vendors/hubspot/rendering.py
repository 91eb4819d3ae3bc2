"""Records as the API answers them."""

from collections.abc import Iterable

from testbed.vendors.common.state import Doc
from testbed.vendors.hubspot.errors import PORTAL
from testbed.vendors.hubspot.object_types import ObjectType


def rendered(
    type_: ObjectType, record: Doc, wanted: Iterable[str] | None, known: Iterable[str] = ()
) -> Doc:
    """A record with the wanted properties, null if unset; `wanted` None shows all that are set."""
    properties = record["properties"]
    if wanted is not None:
        always = ("createdate", type_.modified, "hs_object_id")
        names = [*always, *(name for name in wanted if name in known)]
        properties = {name: properties.get(name) for name in names}
    return {
        "id": record["id"],
        "properties": properties,
        "createdAt": record["createdAt"],
        "updatedAt": record["updatedAt"],
        "archived": record["archived"],
        "url": f"https://app.hubspot.com/contacts/{PORTAL}/record/{type_.id}/{record['id']}",
    }
