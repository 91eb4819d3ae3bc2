"""Project templates as data: the phases and the staff of a kind of engagement."""

from decimal import Decimal
from typing import Final

from domain.value import Value


class Phase(Value):
    """A phase of every milestone, and its share of the milestone's hours in percent."""

    name: str
    share: Decimal


class Template(Value):
    """The phases and roles of one kind of engagement."""

    name: str
    phases: tuple[Phase, ...]
    roles: tuple[str, ...]


class Staffing(Value):
    """The default holder of each role: role → the PM system's id of a person."""

    people: dict[str, str] = {}


def _template(name: str, phases: dict[str, int], roles: str) -> Template:
    cut = tuple(Phase(name=phase, share=Decimal(share)) for phase, share in phases.items())
    return Template(name=name, phases=cut, roles=tuple(roles.split()))


TEMPLATES: Final = {
    template.name: template
    for template in (
        _template(
            "implementation",
            {"Analysis": 20, "Build": 60, "Acceptance": 20},
            "lead consultant developer",
        ),
        _template("campaign", {"Concept": 30, "Production": 70}, "lead designer"),
        _template("support", {"Service": 100}, "lead consultant"),
    )
}
