import pytest

from domain.billing_schedule import BillingSchedule
from domain.ids import ChargeId
from domain.refusal import Refusal


def test_a_deal_without_charges_says_that_it_has_none_yet() -> None:
    with pytest.raises(Refusal, match="no charge 'm1': there are none yet"):
        BillingSchedule()[ChargeId("m1")]
