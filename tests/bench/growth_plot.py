"""Draws growth.py's figures as SVG: small panels with a logarithmic axis each, one scale of cost for all. Its
colours can be read on white and on black."""

from math import log10
from typing import NamedTuple

WIDTH, HEIGHT, LEFT, TOP, PLOT_WIDTH, PLOT_HEIGHT, GAP = 940, 300, 74, 62, 190, 176, 26
INK, FAINT, LINE = "#7d8590", "#7d859040", "#2f81f7"


class Panel(NamedTuple):
    title: str
    points: list[tuple[int, float]]


def short(value: float) -> str:
    """1,000 as 1k: there is little room."""
    if value >= 1_000_000:
        return f"{value / 1_000_000:.3g}M"
    return f"{value / 1000:.3g}k" if value >= 1000 else f"{value:.3g}"


def text(x: float, y: float, words: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{words}</text>'


def ticks(most: float) -> list[float]:
    """Powers of ten from 10,000 up to the first that nothing passes."""
    values = [10_000.0]
    while values[-1] < most:
        values.append(values[-1] * 10)
    return values


def draw_panel(panel: Panel, left: float, scale: list[float]) -> list[str]:
    bottom = TOP + PLOT_HEIGHT
    # A count of none has its place one step before one.
    places = [log10(value) if value > 0 else -0.5 for value, _ in panel.points]
    first, span = places[0], places[-1] - places[0]

    def x_of(place: float) -> float:
        return left + 14 + (place - first) / span * (PLOT_WIDTH - 28)

    def y_of(cost: float) -> float:
        low, high = log10(scale[0]), log10(scale[-1])
        return bottom - (log10(cost) - low) / (high - low) * PLOT_HEIGHT

    parts = [text(left + PLOT_WIDTH / 2, TOP - 14, panel.title, 'text-anchor="middle" font-weight="600"')]
    for tick in scale:
        parts.append(f'<path d="M{left:.1f} {y_of(tick):.1f}h{PLOT_WIDTH}" stroke="{FAINT}"/>')
    spots = [(x_of(place), y_of(cost)) for place, (_, cost) in zip(places, panel.points)]
    parts.append('<polyline fill="none" stroke="%s" stroke-width="2" points="%s"/>' %
                 (LINE, " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)))
    for (x, y), (value, cost) in zip(spots, panel.points):
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{LINE}"/>')
        parts.append(text(x, y - 10, short(cost), f'text-anchor="middle" fill="{LINE}"'))
        parts.append(text(x, bottom + 20, short(value), 'text-anchor="middle"'))
    return parts


def draw(panels: list[Panel]) -> str:
    scale = ticks(max(cost for panel in panels for _, cost in panel.points))
    low, high = log10(scale[0]), log10(scale[-1])
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
             f'font-size="12" fill="{INK}">',
             "<title>Instructions to take in one report, by units, indicators, children and years</title>",
             text(LEFT - 60, 18, "Instructions to take in one report, in groups of 128; both axes logarithmic",
                  'font-size="14"')]
    for tick in scale:
        y = TOP + PLOT_HEIGHT - (log10(tick) - low) / (high - low) * PLOT_HEIGHT
        parts.append(text(LEFT - 8, y + 4, short(tick), 'text-anchor="end"'))
    for nth, panel in enumerate(panels):
        parts += draw_panel(panel, LEFT + nth * (PLOT_WIDTH + GAP), scale)
    parts.append(text(LEFT - 60, HEIGHT - 8, "Measured by tests/bench/run growth --write"))
    return "\n".join(parts) + "\n</svg>\n"
