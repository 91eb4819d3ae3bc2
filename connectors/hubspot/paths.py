"""Where HubSpot's API lives: v3 with v4 associations, or a dated version."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Paths:
    """The paths of one API version: `v3`, or a date such as `2026-03`.

    v4 associations end on 30 March 2027 and v3 in September 2027; a dated version lives 18 months.
    """

    version: str

    @property
    def is_dated(self) -> bool:
        return self.version != "v3"

    def objects(self, kind: str) -> str:
        return self._crm("objects", kind)

    def properties(self, kind: str) -> str:
        return self._crm("properties", kind)

    def pipelines(self, kind: str) -> str:
        return self._crm("pipelines", kind)

    def associated(self, kind: str, others: str) -> str:
        """What hangs on one record: fill the place with its id."""
        root = f"objects/{self.version}" if self.is_dated else "v4/objects"
        return f"/crm/{root}/{kind}/{{}}/associations/{others}"

    def labels(self, kind: str, others: str) -> str:
        root = f"associations/{self.version}" if self.is_dated else "v4/associations"
        return f"/crm/{root}/{kind}/{others}/labels"

    @property
    def account(self) -> str:
        return f"/account-info/{self.version}/details"

    @property
    def token(self) -> str:
        return f"/oauth/{self.version}/token" if self.is_dated else "/oauth/v1/token"

    def _crm(self, room: str, kind: str) -> str:
        root = f"{room}/{self.version}" if self.is_dated else f"v3/{room}"
        return f"/crm/{root}/{kind}"
