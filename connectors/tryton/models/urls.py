"""Addresses of Tryton's records."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from domain.effect import Receipt
from domain.ids import ExternalId


@dataclass(frozen=True)
class Urls:
    """People open a record in the web client `app`, or else in Tryton's desktop client."""

    server: str
    database: str
    app: str = ""
    makes_pdf: bool = False

    def record(self, model: str, id: int) -> str:
        path = f"{quote(self.database)}/model/{model}/{id}"
        if self.app:
            return f"{self.app}/#{path}"
        return f"tryton://{urlsplit(self.server).netloc}/{path}"

    def receipt(self, model: str, id: int) -> Receipt:
        return Receipt(id=ExternalId(str(id)), url=self.record(model, id))

    def pdf(self, invoice: int) -> str:
        """The printed invoice, for those who have a key to Tryton's REST API."""
        if not self.makes_pdf:
            return ""
        return f"{self.server}/{quote(self.database)}/rest/report/account.invoice/{invoice}"
