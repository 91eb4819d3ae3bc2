"""What BottleCRM has of ours: the revenue on deals' records.

Its tasks are found by a whole reference only, so that strays among them cannot be listed.
"""

from contextlib import suppress
from datetime import timedelta

from connectors.bottlecrm.client import BottlecrmClient
from connectors.common.deal_fields import written_revenue
from domain.ids import DealId
from domain.reconciliation import WrittenRevenue
from ports.failures import Absent


class BottlecrmRevenue:
    """Reads the figures on deals' records."""

    def __init__(self, client: BottlecrmClient) -> None:
        self._client = client

    @property
    def system(self) -> str:
        return self._client.system

    @property
    def settle_time(self) -> timedelta:
        return self._client.settings.settle_time

    async def tenant(self) -> str:
        return await self._client.tenant()

    async def revenue(self, deal: DealId) -> WrittenRevenue | None:
        with suppress(Absent):
            page = await self._client.deal(self._client.local_id(deal))
            return written_revenue(deal, self._client.references, page.deal.text)
        return None
