"""Draws the money of a demo over time, in the terminal and as an SVG picture."""

from html import escape
from itertools import pairwise

from testbed.demo.story import Step, Story

_LINES = {
    Step.WON: ("contracted", "#1f6feb"),
    Step.ISSUED: ("billed", "#d29922"),
    Step.PAID: ("paid", "#2da44e"),
}
_WIDTH, _HEIGHT, _LEFT, _TOP = 900, 420, 90, 50
_ROOM_RIGHT, _ROOM_BELOW = 110, 50

Points = list[tuple[float, float]]


def steps_of(story: Story, step: Step) -> Points:
    """Return the corners of a line that rises when money moves and is level in between."""
    end = max((event.at for event in story.events), default=0.0)
    rises = [(0.0, 0.0), *((at, float(total)) for at, total in story.money(step))]
    corners = [(0.0, 0.0)]
    for (_, before), (at, after) in pairwise(rises):
        corners += [(at, before), (at, after)]
    return [*corners, (end, corners[-1][1])]


def svg(story: Story) -> str:
    """Draw what is contracted, billed and paid, net of VAT, in the company's currency."""
    lines = {step: steps_of(story, step) for step in _LINES}
    right = max(x for points in lines.values() for x, _ in points) or 1
    top = max(y for points in lines.values() for _, y in points) or 1
    drawn = [_drawn(step, points, right, top) for step, points in lines.items()]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        'font-family="system-ui, sans-serif" font-size="13">'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>'
        f'<text x="{_LEFT}" y="28" font-size="16">Money over time, net of VAT, EUR</text>'
        f"{_axes(right, top)}{''.join(drawn)}</svg>\n"
    )


def _axes(right: float, top: float) -> str:
    parts = []
    for quarter in range(5):
        x, y = _place(right * quarter / 4, top * quarter / 4, right, top)
        parts.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - _ROOM_RIGHT}" y1="{y:.1f}" y2="{y:.1f}" '
            'stroke="#d0d7de"/>'
            f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">'
            f"{top * quarter / 4:,.0f}</text>"
            f'<text x="{x:.1f}" y="{_HEIGHT - _ROOM_BELOW + 22}" text-anchor="middle">'
            f"{right * quarter / 4:.1f} s</text>"
        )
    return "".join(parts)


def _drawn(step: Step, points: Points, right: float, top: float) -> str:
    name, colour = _LINES[step]
    placed = [_place(x, y, right, top) for x, y in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
    order = list(_LINES).index(step)
    x, y = _WIDTH - _ROOM_RIGHT + 12, _TOP + 20 * order + 4
    return (
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>'
        f'<text x="{x}" y="{y}" fill="{colour}">{escape(name)}</text>'
    )


def _place(x: float, y: float, right: float, top: float) -> tuple[float, float]:
    width, height = _WIDTH - _LEFT - _ROOM_RIGHT, _HEIGHT - _TOP - _ROOM_BELOW
    return _LEFT + width * x / right, _TOP + height * (1 - y / top)


def chart(story: Story, *, width: int) -> str:
    """Draw the same for a terminal."""
    import plotext  # noqa: PLC0415 - it takes 0.4 s, and most commands draw nothing

    figure = plotext.figure
    figure.clear()
    figure.plot_size(width, 16)
    figure.title("money over time, net of VAT, thousand EUR")
    for step, (name, _) in _LINES.items():
        points = steps_of(story, step)
        signal = figure.signal([x for x, _ in points], [y / 1000 for _, y in points])
        signal.lines()
        signal.label(name)
        figure.draw(signal)
    end = max((event.at for event in story.events), default=0.0)
    figure.legend(x=end, y=0, ha="right", va="bottom", relative=True)
    return str(figure.build().string())
