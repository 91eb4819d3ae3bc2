"""What people and systems wrote is shown as it is, whatever it looks like."""

import pytest
from rich.console import Console

from cli.context import plain, table

WRITTEN = ["[/x]", "[bold]paid[/]", "as :warning: says", "Nováček & синій [m1]", "two\nlines"]


@pytest.mark.parametrize("text", WRITTEN)
def test_a_reason_in_a_table(text: str) -> None:
    said = shown(table(text, ("why",), [(text,)]))
    assert [said.count(line) for line in text.split("\n")] == [2] * len(text.split("\n"))


@pytest.mark.parametrize("text", WRITTEN)
def test_a_reason_in_a_sentence(text: str) -> None:
    assert shown(plain(f"m1 is held: {text}")) == f"m1 is held: {text}\n"


def test_a_terminal_takes_no_orders_from_it() -> None:
    said = shown(plain("\x1b]0;owned\x07 \x1b[2J \udcff"))
    assert not any(order in said for order in ("\x1b", "\x07", "\udcff"))


def shown(what: object) -> str:
    console = Console(width=100)
    with console.capture() as said:
        console.print(what)
    return said.get()
