"""How one Tryton database is spoken to: JSON-RPC in a company's context, its questions answered."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from connectors.kit import Answer, Api, Cached
from connectors.tryton.refusals import Asked, explain_reply
from connectors.tryton.wire import Made, MyPreferences, Rows
from domain.names import ExternalId
from ports.failures import Absent, Misconfigured, Rejected

MODEL = "account.invoice"
LIFE = timedelta(minutes=10)
_MOST_QUESTIONS = 5
R = TypeVar("R", bound=Rows)
Domain = Sequence[Any]
Values = Mapping[str, Any]


class Office:
    """One company of one database, as our user sees it."""

    system = "tryton"

    def __init__(self, api: Api, database: str) -> None:
        self._api = api
        self.database = database
        self._company = Cached(self._my_company, LIFE)

    async def company(self) -> int:
        return await self._company.get()

    async def search(
        self,
        rows: type[R],
        domain: Domain,
        *,
        order: Domain = (("id", "ASC"),),
        limit: int | None = None,
    ) -> R:
        """Records, oldest first; archived ones only where the domain asks for them."""
        method = f"model.{rows.model}.search_read"
        params = [domain, 0, limit, order, rows.reads]
        answer = await self._call(method, params, await self._context(), reads=True)
        return answer.read(rows)

    async def create(self, model: str, values: Values) -> ExternalId:
        answer = await self.change(f"model.{model}.create", [values])
        return ExternalId(str(answer.read(Made).result[0]))

    async def write(self, model: str, id: int, values: Values) -> None:
        await self.change(f"model.{model}.write", [id], values)

    async def press(self, model: str, button: str, id: int) -> None:
        """Delete it, or do what a button of its form does."""
        await self.change(f"model.{model}.{button}", [id])

    async def wizard(self, name: str, model: str, ids: Sequence[int]) -> None:
        """Walk through a wizard that asks nothing, over these records."""
        context = await self._context()
        opened = await self._call(f"wizard.{name}.create", [], context, reads=True)
        session, start, _ = opened.json()["result"]
        about = {"active_model": model, "active_id": ids[0], "active_ids": list(ids)}
        await self._insist(f"wizard.{name}.execute", [session, {}, start], {**context, **about})

    async def change(self, method: str, *params: Any) -> Answer:  # noqa: ANN401  JSON can be anything
        return await self._insist(method, params, await self._context())

    async def _insist(self, method: str, params: Sequence[Any], context: Values) -> Answer:
        """Tryton asks one question at a time, and forgets an answer once it has used it."""
        for _ in range(_MOST_QUESTIONS):
            try:
                return await self._call(method, params, context, reads=False)
            except Asked as asked:
                question = asked
                if not asked.is_harmless:
                    break
            # Until it is answered nothing is done, so a lost call here changed nothing.
            skip = [question.name, False]
            await self._call("model.res.user.warning.skip", skip, context, reads=True)
        reason = f"Tryton asks a question that a person must answer there: {question.words}"
        raise Rejected(self.system, reason)

    async def _call(
        self, method: str, params: Sequence[Any], context: Values, *, reads: bool
    ) -> Answer:
        # With exactly these three names Tryton wraps errors; with any other it answers in HTTP.
        body = {"id": 0, "method": method, "params": [*params, context]}
        answer = await self._api.post("/{}/rpc/", self.database, body=body, reads=reads)
        explain_reply(answer)
        return answer

    async def _context(self) -> Values:
        company = await self.company()
        return {"company": company, "companies": [company], "language": "en"}

    async def _my_company(self) -> int:
        method = "model.res.user.get_preferences"
        answer = await self._call(method, [True], {}, reads=True)
        company = answer.read(MyPreferences).result.company
        if company is None:
            raise Misconfigured(self.system, "give the user a company in Tryton's preferences")
        return company


def number_of(id: ExternalId) -> int:
    """Tryton's own id. Raises Absent for what cannot be one."""
    if not (id.isdecimal() and id.isascii()):
        raise Absent(Office.system, f"there is no record {id} in Tryton")
    return int(id)
