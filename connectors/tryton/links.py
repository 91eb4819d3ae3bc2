"""Where people find a record: in Tryton's web client, or in the one on their desk."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit


@dataclass(frozen=True)
class Links:
    """`server` is where Tryton answers; `app` is its web client, where there is one."""

    server: str
    database: str
    app: str = ""
    makes_pdf: bool = False

    def record(self, model: str, id: int) -> str:
        place = f"{quote(self.database)}/model/{model}/{id}"
        if self.app:
            return f"{self.app}/#{place}"
        return f"tryton://{urlsplit(self.server).netloc}/{place}"

    def pdf(self, invoice: int) -> str:
        """The printed invoice, for who has a key to Tryton's REST API."""
        if not self.makes_pdf:
            return ""
        return f"{self.server}/{quote(self.database)}/rest/report/account.invoice/{invoice}"
