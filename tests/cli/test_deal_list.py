"""The list of deals fits a terminal, and its ids are not cut off."""

from decimal import Decimal

from rich.console import Console

from application.queries import DealSummary
from cli.context import table
from cli.deal import _COLUMNS, _cells
from domain.ids import DealId

DEAL = DealSummary(
    deal=DealId("hubspot:51230001000"),
    run_status="running",
    stage="delivery",
    customer="Babadoge Kovo s.r.o.",
    value=Decimal("1032581.26"),
    project="CWNJ90PRC",
    owner="owner-1",
    needs_attention=False,
)


def shown(width: int) -> str:
    console = Console(width=width)
    with console.capture() as said:
        console.print(table("Deals", _COLUMNS, [_cells(DEAL)], width=width))
    return said.get()


def test_ids_stages_and_amounts_are_whole_in_80_columns() -> None:
    said = shown(80)
    assert all(
        whole in said for whole in ("hubspot:51230001000", "delivery", "1,032,581.26", "CWNJ90PRC")
    )


def test_nothing_of_an_id_is_cut_off_in_40_columns() -> None:
    assert "…" not in shown(40)


def test_a_run_that_ended_badly_is_shown_beside_its_stage() -> None:
    assert (
        _cells(DEAL.model_copy(update={"run_status": "terminated"}))[1] == "delivery (terminated)"
    )
    assert _cells(DEAL)[1] == "delivery"
