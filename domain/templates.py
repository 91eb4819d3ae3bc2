"""Project templates as data: the phases and the staff of a kind of engagement."""

from decimal import Decimal
from typing import Final

from domain.rate_card import JobProfile
from domain.refusal import Refusal
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
    """The default holder of each role, and what each person works as.

    People are ids of the PM system: `people` is role → person, `profiles` is person → profile.
    """

    people: dict[str, str] = {}
    profiles: dict[str, JobProfile] = {}

    @property
    def everybody(self) -> frozenset[str]:
        return frozenset(self.people.values()) | self.profiles.keys()

    def profile(self, person: str) -> JobProfile:
        """Return what a person works as: their profile, else the only role that they hold.

        Raises Refusal if that is not clear.
        """
        if person in self.profiles:
            return self.profiles[person]
        roles = [role for role, holder in self.people.items() if holder == person]
        if len(roles) != 1:
            raise Refusal(
                f"person {person!r} has no job profile: set policy.staffing.profiles for them"
            )
        return JobProfile(role=roles[0])


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
