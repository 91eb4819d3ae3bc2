"""Which scopes a call needs."""

from testbed.vendors.common.call import Call
from testbed.vendors.hubspot.kinds import Kind, kind_of


def needed(call: Call) -> list[str]:
    """The granular scopes; associations need those of both kinds."""
    if call.path.startswith("/crm/owners") or call.path.startswith("/crm/v3/owners"):
        return ["crm.objects.owners.read"]
    kinds = [kind_of(call.params.get(name, "")) for name in ("type", "to_type")]
    named = [kind for kind in kinds if kind]
    if "/properties/" in call.path or "/pipelines/" in call.path:
        verb = "read" if call.method == "GET" or call.path.endswith("/batch/read") else "write"
        return [f"crm.schemas.{kind.scope}.{verb}" for kind in named]
    reads = call.method == "GET" or call.path.endswith(("/search", "/batch/read"))
    return [_scope(kind, "read" if reads else "write") for kind in named]


def _scope(kind: Kind, verb: str) -> str:
    return "tickets" if kind.name == "tickets" else f"crm.objects.{kind.scope}.{verb}"
