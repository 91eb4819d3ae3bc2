"""The identity of a command changes with what is asked, and with nothing else."""

import pytest

from domain.identity import identity_of
from domain.ids import DealId, Subject
from domain.money import Money
from domain.stage import Stage
from domain.write_back import WriteBack

ASKED = WriteBack(
    subject=Subject("hubspot:7:w1"),
    deal=DealId("hubspot:7"),
    stage=Stage.DELIVERY,
    billed=Money.of("1000", "EUR"),
    attention="",
)


def test_an_identity_is_written_as_releases_before_wrote_it() -> None:
    assert ASKED.identity() == (
        '{"attention":"","billed":"1,000.00 EUR","deal":"hubspot:7","stage":"delivery"}'
    )


def test_a_fact_that_is_not_given_is_as_good_as_one_that_is_not_known_yet() -> None:
    assert identity_of(deal="d") == identity_of(deal="d", added_later=None)


def test_neither_the_subject_nor_the_order_of_fields_is_asked() -> None:
    again = ASKED.model_copy(update={"subject": Subject("hubspot:7:w2")})
    assert again.identity() == ASKED.identity()
    assert identity_of(b="2", a="1") == identity_of(a="1", b="2")


@pytest.mark.parametrize(
    "other",
    [
        {"stage": None},
        {"billed": Money.of("1000.01", "EUR")},
        {"billed": Money.of("1000", "CZK")},
        {"paid": Money.of("1000", "EUR")},
        {"attention": None},
    ],
)
def test_whatever_else_is_asked_is_another_identity(other: dict[str, object]) -> None:
    assert ASKED.model_copy(update=other).identity() != ASKED.identity()


def test_no_two_lists_of_facts_read_alike() -> None:
    assert identity_of(keys=["a,b"]) != identity_of(keys=["a", "b"])
