"""Which scopes a call needs, and which the applications of the account have.

The scopes are those that HubSpot's reference lists for each endpoint.
"""

from testbed.vendors.common.call import Call
from testbed.vendors.hubspot.object_types import OBJECT_TYPES, ObjectType, object_type

# No scope `crm.schemas.line_items.write` exists.
_PROPERTY_WRITE = {"line_items": "e-commerce"}

CASHWARD = frozenset(
    {
        *("crm.objects.deals.read", "crm.objects.companies.read"),
        *("crm.objects.contacts.read", "crm.objects.line_items.read"),
        *("crm.objects.deals.write", "crm.objects.contacts.write"),
        *("crm.schemas.deals.write", "crm.schemas.companies.write", "e-commerce"),
    }
)
"""The scopes that docs/connectors.md tells operators to grant."""
EVERYTHING = frozenset(
    {
        *(f"crm.objects.{name}.{verb}" for name in OBJECT_TYPES for verb in ("read", "write")),
        *("crm.schemas.deals.write", "crm.schemas.companies.write", "crm.schemas.contacts.write"),
        "e-commerce",
    }
)


def missing(call: Call, granted: frozenset[str]) -> list[str]:
    """Return the missing scopes, of which a call needs one, and associations one per side."""
    types = (object_type(call.params.get(name, "")) for name in ("type", "to_type"))
    for type_ in filter(None, types):
        enough = _enough(call, type_)
        if granted.isdisjoint(enough):
            return enough
    return []


def _enough(call: Call, type_: ObjectType) -> list[str]:
    """Any one of these scopes opens the object type for the call."""
    name = type_.scope or type_.name
    reads = call.method == "GET" or call.path.endswith(("/search", "/batch/read"))
    if "/properties/" in call.path and not reads:
        return [_PROPERTY_WRITE.get(name, f"crm.schemas.{name}.write")]
    if "/properties/" in call.path or "/pipelines/" in call.path:
        return [f"crm.objects.{name}.read", f"crm.objects.{name}.write", f"crm.schemas.{name}.read"]
    return [f"crm.objects.{name}.{'read' if reads else 'write'}"]
