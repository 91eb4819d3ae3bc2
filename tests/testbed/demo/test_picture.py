from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree as ET

from testbed.demo.picture import chart, steps_of, svg
from testbed.demo.story import Step, Story


def a_story() -> Story:
    story = Story()
    for step, net in ((Step.WON, 300), (Step.ISSUED, 100), (Step.PAID, 100), (Step.ISSUED, 200)):
        story.tell(step, "xero", "money moved", Decimal(net))
    return story


def test_money_rises_at_once_and_is_level_in_between() -> None:
    points = steps_of(a_story(), Step.ISSUED)
    assert [y for _, y in points] == [0, 0, 100, 100, 300, 300]
    assert all(one[0] == other[0] or one[1] == other[1] for one, other in pairwise(points))


def test_the_picture_is_well_formed_and_draws_three_lines() -> None:
    picture = ET.fromstring(svg(a_story()))  # noqa: S314 - our own text
    lines = picture.findall("{http://www.w3.org/2000/svg}polyline")
    assert len(lines) == 3


def test_an_empty_story_still_makes_a_picture() -> None:
    assert "polyline" in svg(Story())


def test_the_chart_names_what_it_shows() -> None:
    assert {"contracted", "billed", "paid"} <= set(chart(a_story(), width=70).split())
