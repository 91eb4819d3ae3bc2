"""One Jira site: every answer is checked for being an answer to us, not to a stranger."""

from dataclasses import dataclass
from typing import Unpack

from connectors.jira.refusals import stranger
from connectors.kit import Answer, Api
from connectors.kit.http import Sending

REST = "/rest/api/3"


@dataclass(frozen=True)
class House:
    """How an installation wants its projects."""

    app_url: str
    lead: str
    team_role: str
    project_type: str
    template: str


class Site:
    """REST version 3 of a site. Paths are below it; `{}` places are filled and encoded."""

    def __init__(self, api: Api) -> None:
        self._api = api

    @property
    def system(self) -> str:
        return self._api.system

    async def get(self, path: str, *parts: str, **sending: Unpack[Sending]) -> Answer:
        return _ours(await self._api.get(REST + path, *parts, **sending))

    async def post(self, path: str, *parts: str, **sending: Unpack[Sending]) -> Answer:
        return _ours(await self._api.post(REST + path, *parts, **sending))

    async def put(self, path: str, *parts: str, **sending: Unpack[Sending]) -> Answer:
        return _ours(await self._api.put(REST + path, *parts, **sending))

    async def delete(self, path: str, *parts: str, **sending: Unpack[Sending]) -> Answer:
        return _ours(await self._api.delete(REST + path, *parts, **sending))


def _ours(answer: Answer) -> Answer:
    unknown = stranger(answer)
    if unknown:
        raise unknown
    return answer
