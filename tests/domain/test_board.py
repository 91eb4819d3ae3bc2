import pytest

from domain.billing_schedule import BillingSchedule
from domain.ids import ItemKey
from domain.refusal import Refusal


def test_a_deal_without_items_says_that_it_has_none_yet() -> None:
    with pytest.raises(Refusal, match="no billable item 'm1': there are none yet"):
        BillingSchedule()[ItemKey("m1")]
