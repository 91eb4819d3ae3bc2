"""What a HubSpot connection says about itself when asked."""

from collections.abc import Awaitable, Sequence

from connectors.common import together
from connectors.hubspot.portal import Portal
from connectors.hubspot.schema import Schema
from ports.failures import Misconfigured, Rejected
from ports.probe import Probe

_READ = ("deals", "companies", "contacts", "line_items")
_NOBODY = "0"


async def probe(portal: Portal, schema: Schema, identity: str) -> Probe:
    """Raises Misconfigured if we are not let in at all; a missing scope or field is `wanting`."""
    info = await portal.info.again()
    async with together() as group:
        checks = [
            group.create_task(_complaints(check))
            for check in (
                *(_can_read(portal, k) for k in _READ),
                _can_write(portal, "deals"),
                _can_write(portal, "tasks"),
                _fits(schema),
            )
        ]
    complaints = [complaint for check in checks for complaint in check.result()]
    won = any(stage.is_won for stage in (await portal.stages.get()).values())
    if not won:
        complaints.append("no deal pipeline has a stage of probability 1.0: sales must make one")
    return Probe(
        system=portal.system,
        account=f"HubSpot {info.portal} ({info.kind.lower()}, {info.currency})",
        identity=identity,
        problems=tuple(dict.fromkeys(complaints)),
    )


async def _complaints(check: Awaitable[Sequence[str]]) -> Sequence[str]:
    try:
        return await check
    except Misconfigured as wrong:
        return [wrong.reason]


async def _can_read(portal: Portal, kind: str) -> Sequence[str]:
    await portal.api.get(portal.paths.objects(kind), query={"limit": 1})
    return []


async def _can_write(portal: Portal, kind: str) -> Sequence[str]:
    """No record has this id, so nothing is changed; without the scope it is another refusal."""
    try:
        path = f"{portal.paths.objects(kind)}/{{}}"
        await portal.api.patch(path, _NOBODY, body={"properties": {}})
    except Rejected:
        pass
    return []


async def _fits(schema: Schema) -> Sequence[str]:
    gaps, conflicts = await schema.compare()
    lacks = [f"{thing} is missing: prepare the account" for gap in gaps for thing in gap.lacks]
    return [*lacks, *conflicts]
