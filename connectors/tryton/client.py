"""The calls that the Tryton connector makes: sign-in, records of a model, buttons, wizards."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from connectors.common import (
    Anonymous,
    Api,
    ApiProfile,
    Cached,
    References,
    Response,
    Secret,
    VendorClient,
    open_http,
)
from connectors.common.auth import read_secret
from connectors.common.settings import place_of
from connectors.tryton.errors import Question, explain, require_result
from connectors.tryton.models.json import R, Values
from connectors.tryton.models.urls import Urls
from connectors.tryton.settings import TrytonSettings
from domain.ids import ExternalId
from ports.failures import Absent, ConnectorFailure, Misconfigured, Rejected

SYSTEM: Final = "tryton"
_PROFILE = ApiProfile(explain=explain)
_COMPANY_CACHE_TIME = timedelta(minutes=10)
_MOST_QUESTIONS = 5


def number_of(id: ExternalId) -> int:
    """Tryton's own id. Raises Absent for what cannot be one."""
    if not (id.isdecimal() and id.isascii()):
        raise Absent(SYSTEM, f"there is no record {id} in Tryton")
    return int(id)


class SessionAuth:
    """Signs in with user and password.

    After five minutes without a call, Tryton answers 401 to important calls, such as a posting. It
    did nothing then, and the call is made again in a new session.
    """

    def __init__(self, api: Api, database: str, user: str, password: Secret) -> None:
        self._api = api
        self._database = database
        self._user = user
        self._password = password
        self._lock = asyncio.Lock()
        self._header = ""

    async def headers(self) -> dict[str, str]:
        if not self._header:
            await self.refresh("")
        return {"Authorization": self._header}

    async def refresh(self, failed: str) -> bool:
        async with self._lock:
            if self._header == failed:
                self._header = await self._sign_in()
        return True

    async def _sign_in(self) -> str:
        password = {"password": read_secret(self._api.system, self._password)}
        body = {"id": 0, "method": "common.db.login", "params": [self._user, password, "en"]}
        try:
            response = await self._api.post("/{}/rpc/", self._database, body=body, reads=True)
            require_result(response)
        except Rejected as refused:
            raise Misconfigured(refused.system, f"cannot sign in: {refused.reason}") from refused
        user, token, _ = response.read(tuple[int, str, object], "result")
        return f"Session {b64encode(f'{self._user}:{user}:{token}'.encode()).decode()}"


@dataclass(frozen=True, kw_only=True)
class WizardCall:
    """Opens a wizard for these records, fills in its form, and presses a button.

    The records that the wizard makes get the `presets` where the wizard itself sets no value.
    """

    wizard: str
    model: str
    ids: Sequence[int]
    button: str = ""
    form: Values = field(default_factory=dict)
    presets: Values = field(default_factory=dict)

    @property
    def context(self) -> Values:
        records = {"active_model": self.model, "active_id": self.ids[0], "active_ids": self.ids}
        return {**records, **{f"default_{name}": value for name, value in self.presets.items()}}


class TrytonClient(VendorClient[TrytonSettings]):
    """The calls to one company of one database, as our user sees it."""

    def __init__(self, api: Api, settings: TrytonSettings, references: References) -> None:
        super().__init__(api, settings, references)
        server, app = str(settings.url).rstrip("/"), str(settings.app_url or "").rstrip("/")
        self.urls = Urls(server, settings.database, app, makes_pdf=settings.pdf)
        self.company = Cached(self._read_company, _COMPANY_CACHE_TIME)

    async def read_tenant(self) -> str:
        place = place_of(str(self.settings.url))
        return f"{place}/{self.settings.database}/{await self.company.get()}"

    async def search(
        self, model: type[R], domain: Sequence[Any], *, limit: int | None = None
    ) -> list[R]:
        """Records, oldest first; archived ones only where the domain asks for them."""
        params = [domain, 0, limit, [["id", "ASC"]], [*model.field_names()]]
        method = f"model.{model.model}.search_read"
        response = await self._call(method, params, await self._context(), reads=True)
        return response.read(list[model], "result")  # type: ignore[valid-type]  # a model by name

    async def ids(self, model: str, domain: Sequence[Any]) -> list[int]:
        """The ids of records, oldest first."""
        params = [domain, 0, None, [["id", "ASC"]]]
        context = await self._context()
        response = await self._call(f"model.{model}.search", params, context, reads=True)
        return response.read(list[int], "result")

    async def create(self, model: str, values: Values) -> int:
        response = await self._change(f"model.{model}.create", [values])
        return response.read(tuple[int], "result")[0]

    async def write(self, model: str, id: int, values: Values) -> None:
        await self._change(f"model.{model}.write", [id], values)

    async def press(self, model: str, button: str, id: int) -> None:
        """Deletes a record, or does what a button of its form does."""
        await self._change(f"model.{model}.{button}", [id])

    async def run_wizard(self, call: WizardCall) -> None:
        name, context = f"wizard.{call.wizard}", await self._context()
        opened = await self._call(f"{name}.create", [], context, reads=True)
        session, start, _ = opened.read(tuple[int, str, str], "result")
        step = [session, {start: call.form}, call.button or start]
        await self._confirmed(f"{name}.execute", step, {**context, **call.context})
        with suppress(ConnectorFailure):  # A session that is left over disturbs nobody.
            await self._call(f"{name}.delete", [session], context, reads=True)

    async def _change(self, method: str, *params: Any) -> Response:  # noqa: ANN401  JSON can be anything
        return await self._confirmed(method, params, await self._context())

    async def _confirmed(self, method: str, params: Sequence[Any], context: Values) -> Response:
        """Make a call and confirm Tryton's questions; it asks one at a time and forgets answers."""
        for _ in range(_MOST_QUESTIONS):
            try:
                return await self._call(method, params, context, reads=False)
            except Question as asked:
                question = asked
                if not asked.is_harmless:
                    break
            # Tryton does nothing before the answer, so a lost call here changed nothing.
            skip = [question.name, False]
            await self._call("model.res.user.warning.skip", skip, context, reads=True)
        reason = f"Tryton asks a question that a person must answer there: {question.text}"
        raise Rejected(self.system, reason)

    async def _call(
        self, method: str, params: Sequence[Any], context: Values, *, reads: bool
    ) -> Response:
        # With exactly these three names Tryton wraps errors; with any other it answers in HTTP.
        body = {"id": 0, "method": method, "params": [*params, context]}
        response = await self.api.post("/{}/rpc/", self.urls.database, body=body, reads=reads)
        require_result(response)
        return response

    async def _context(self) -> Values:
        company = await self.company.get()
        return {"company": company, "companies": [company], "language": "en"}

    async def _read_company(self) -> int:
        method = "model.res.user.get_preferences"
        response = await self._call(method, [True], {}, reads=True)
        company = response.read(dict[str, Any], "result").get("company")
        if not isinstance(company, int):
            raise Misconfigured(self.system, "give the user a company in Tryton's preferences")
        return company


@asynccontextmanager
async def open_client(
    settings: TrytonSettings, references: References
) -> AsyncIterator[TrytonClient]:
    """Sends nothing before the first call."""
    async with open_http(str(settings.url), settings.http) as http:
        tokens = Api(SYSTEM, http, Anonymous(), _PROFILE)
        auth = SessionAuth(tokens, settings.database, settings.user, settings.secret())
        yield TrytonClient(Api(SYSTEM, http, auth, _PROFILE), settings, references)
